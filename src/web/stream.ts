import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Message, type ProbeName, summaryOf } from './messages.ts';
import type { Viewer } from './viewers.ts';
import { type ShownProbes, visibleNamespaces } from './visible.ts';

export interface StreamOptions {
  readonly probes: ShownProbes;
  /** The viewer as of now; undefined once the token is not accepted any more. */
  readonly viewer: () => Promise<Viewer | undefined>;
  readonly paceMilliseconds: number;
  readonly stepsBetweenReviews: number;
  readonly signal: AbortSignal;
}

/** What one viewer is told, as server-sent events, until the page goes away, the token ends or a right is in doubt. */
export async function streamProbes(response: ServerResponse, options: StreamOptions): Promise<void> {
  const { probes, viewer, paceMilliseconds, stepsBetweenReviews, signal } = options;
  const telling = new Telling(response, probes);
  try {
    for (let step = 0; ; step += 1) {
      const now = await viewer();
      const isReview = step % stepsBetweenReviews === 0;
      // A page that reads slowly gets the latest later; one that does not read at all is let go.
      const isSlow = response.writableNeedDrain;
      if (now === undefined || (isSlow && isReview)) return;
      if (isReview) await telling.rights(now);
      if (!isSlow) await telling.changes(now);
      await sleep(paceMilliseconds, undefined, { signal });
    }
  } finally {
    telling.end();
  }
}

/** What one page has been told of. */
class Telling {
  readonly end: () => void;
  readonly #response: ServerResponse;
  readonly #probes: ShownProbes;
  readonly #changed = new Map<string, ProbeName>();
  /** Namespaces that the viewer may see; undefined before the first look. */
  #seen: ReadonlySet<string> | undefined;

  constructor(response: ServerResponse, probes: ShownProbes) {
    this.#response = response;
    this.#probes = probes;
    this.end = probes.subscribe(({ object: { namespace, name } }) => {
      this.#changed.set(`${namespace}/${name}`, { namespace, name });
    });
  }

  /** Says that the stream is alive, or all anew where the viewer may see more or less than before. */
  async rights(viewer: Viewer): Promise<void> {
    const seen = this.#seen;
    const namespaces = [...this.#probes.values()].map(({ namespace }) => namespace);
    const visible = await visibleNamespaces(viewer, [...namespaces, ...(seen ?? [])]);
    if (seen?.size === visible.size && [...visible].every((namespace) => seen.has(namespace)))
      return void this.#response.write(': all is as it was\n\n');
    this.#seen = visible;
    const shown = [...this.#probes.values()].filter(({ namespace }) => visible.has(namespace));
    this.#send({ type: 'all', viewer: viewer.name, probes: shown.map(summaryOf) });
  }

  async changes(viewer: Viewer): Promise<void> {
    if (this.#changed.size === 0) return;
    const names = [...this.#changed.values()];
    this.#changed.clear();
    const namespaces = names.map(({ namespace }) => namespace);
    const visible = await visibleNamespaces(viewer, namespaces);
    this.#seen = new Set([...(this.#seen ?? []), ...visible]);
    const told = names.filter(({ namespace }) => visible.has(namespace));
    const present = told.flatMap(({ namespace, name }) => this.#probes.get(namespace, name) ?? []);
    const gone = told.filter(({ namespace, name }) => this.#probes.get(namespace, name) === undefined);
    if (told.length > 0) this.#send({ type: 'changed', probes: present.map(summaryOf), gone });
  }

  #send(message: Message): void {
    this.#response.write(`data: ${JSON.stringify(message)}\n\n`);
  }
}
