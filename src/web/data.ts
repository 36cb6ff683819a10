import type { IncomingMessage, ServerResponse } from 'node:http';
import { notFound, openEventStream, Refusal, sendJSON, signIn } from './answers.ts';
import type { ProbeName, ShownProbe } from './messages.ts';
import { streamProbes } from './stream.ts';
import type { Viewer, ViewerOf } from './viewers.ts';
import type { ShownProbes } from './visible.ts';

export interface DataOptions {
  readonly probes: ShownProbes;
  readonly viewerOf: ViewerOf;
  /** Changes are told at most this often: 1 s. */
  readonly paceMilliseconds?: number;
  /** Every so many of those steps the rights of a viewer are looked at again: 60. */
  readonly stepsBetweenReviews?: number;
}

export type AnswerData = (
  path: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<void>;

const MAXIMUM_STREAMS = 256;

/** What takes a token: `api/stream`, and `api/probes/NAMESPACE/NAME`. */
export function createDataHandler(options: DataOptions, stopping: AbortSignal): AnswerData {
  const { probes, viewerOf } = options;
  const stream = createStreams(options, stopping);
  return async ([, kind, namespace = '', name = '', ...more], request, response) => {
    const token = bearerToken(request);
    const viewer = await viewerOf(token);
    if (viewer === undefined) throw signIn();
    if (kind === 'stream' && namespace === '') return stream(token, response);
    if (kind !== 'probes' || more.length > 0) throw notFound();
    const { status } = await readable(viewer, probes, { namespace, name });
    sendJSON(response, { namespace, name, status });
  };
}

function bearerToken({ headers: { authorization = '' } }: IncomingMessage): string {
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (token === undefined) throw signIn();
  return token;
}

async function readable(
  viewer: Viewer,
  probes: ShownProbes,
  { namespace, name }: ProbeName,
): Promise<ShownProbe> {
  const probe = probes.get(namespace, name);
  if (probe === undefined || !(await viewer.mayList(namespace))) throw notFound();
  return probe;
}

function createStreams(
  { probes, viewerOf, paceMilliseconds = 1_000, stepsBetweenReviews = 60 }: DataOptions,
  stopping: AbortSignal,
): (token: string, response: ServerResponse) => Promise<void> {
  let open = 0;
  return async (token, response) => {
    if (open >= MAXIMUM_STREAMS) throw new Refusal(503, 'Too many pages are open: close some.');
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const signal = AbortSignal.any([stopping, gone.signal]);
    open += 1;
    try {
      openEventStream(response);
      const viewer = () => viewerOf(token);
      await streamProbes(response, { probes, viewer, paceMilliseconds, stepsBetweenReviews, signal });
      response.end();
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      open -= 1;
    }
  };
}
