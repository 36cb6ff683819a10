import { type ApiObject, isApiObject } from './resources.ts';
import { createTextSharing } from './sharing.ts';
import { type Entry, keyOf, type Sink } from './store.ts';
import type { WatchEvent } from './watch.ts';

export interface IntakeOptions<T> {
  /** Keeps of a raw object what is needed, as plain objects of its own; must not hold on to the rest. */
  readonly project: (raw: ApiObject) => T;
  readonly sink: Sink<T>;
  readonly namespace?: string;
  /** Told of an object that has no name or cannot be projected. */
  readonly onError: (error: unknown) => void;
}

/** Turns what lists and watches bring into entries of a sink, and remembers how far it has come. */
export interface Intake {
  /** Where a watch can go on; undefined until the first whole list and after `restart`. */
  readonly resourceVersion: string | undefined;
  /** Begins to collect a whole list; the sink is not touched before it is complete. */
  restart(): void;
  collect(items: readonly ApiObject[]): void;
  complete(resourceVersion: string): void;
  /** Takes a watch event in; the initial events of a watch-list are collected until their end mark. */
  receive(event: WatchEvent): void;
}

const shareTexts = createTextSharing();
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

export function createIntake<T>(options: IntakeOptions<T>): Intake {
  const { sink, namespace, onError } = options;
  let collected: Map<string, Entry<T>> | undefined = new Map();
  let resourceVersion: string | undefined;

  const complete = (version: string) => {
    if (collected !== undefined) sink.replace(collected, namespace);
    collected = undefined;
    resourceVersion = version;
  };

  const change = (type: WatchEvent['type'], raw: unknown) => {
    if (!isApiObject(raw)) return onError(new TypeError('The API server sent an object without a name.'));
    const key = keyOf(textOf(raw.metadata.namespace), raw.metadata.name);
    if (type === 'DELETED') return (collected ?? sink).delete(key);
    const entry = entryOf(options, key, raw);
    if (entry === undefined) return;
    if (collected === undefined) sink.set(entry);
    else collected.set(key, entry);
  };

  return {
    get resourceVersion() {
      return resourceVersion;
    },
    restart() {
      collected = new Map();
      resourceVersion = undefined;
    },
    collect(items) {
      for (const item of items) change('ADDED', item);
    },
    complete,
    receive({ type, object }) {
      const { version, endsInitialEvents } = markOf(object);
      if (type !== 'BOOKMARK') change(type, object);
      else if (endsInitialEvents && version !== undefined) complete(version);
      if (collected === undefined) resourceVersion = version ?? resourceVersion;
    },
  };
}

/** What is known already where nothing has changed or the projection fails: neither may look like a deletion. */
function entryOf<T>(
  { project, sink, onError }: IntakeOptions<T>,
  key: string,
  raw: ApiObject,
): Entry<T> | undefined {
  const known = sink.find(key);
  const uid = textOf(raw.metadata.uid) ?? '';
  const resourceVersion = textOf(raw.metadata.resourceVersion) ?? '';
  const unchanged = known?.uid === uid && known.resourceVersion === resourceVersion && resourceVersion !== '';
  if (unchanged) return known;
  try {
    return { key, uid, resourceVersion, object: shareTexts(project(raw)) };
  } catch (error) {
    onError(error);
    return known;
  }
}

interface Marked {
  readonly metadata?: {
    readonly resourceVersion?: unknown;
    readonly annotations?: Readonly<Record<string, unknown>> | null;
  } | null;
}

/** The resourceVersion of an object, and whether it ends the initial events of a watch-list. */
function markOf(object: unknown) {
  const metadata = (object as Marked | null | undefined)?.metadata;
  return {
    version: textOf(metadata?.resourceVersion),
    endsInitialEvents: metadata?.annotations?.[INITIAL_EVENTS_END] === 'true',
  };
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
