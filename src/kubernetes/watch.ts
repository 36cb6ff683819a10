import { ApiError, errorFromStatusObject } from './api-error.ts';
import { createLineCutter } from './lines.ts';
import { withoutFieldsV1 } from './managed-fields.ts';
import { pathOf, type Resource } from './resources.ts';
import type { Transport } from './transport.ts';

/** One change as the API server sends it. `object` is whatever came: not yet looked at. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: unknown;
}

export interface WatchOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Goes on from here; absent: begins with all objects as they are (watch-list). */
  readonly resourceVersion?: string;
  /** The server ends the watch after so long. */
  readonly timeoutSeconds: number;
  readonly inactivityMilliseconds: number;
  readonly signal: AbortSignal;
}

/** Far above etcd's limit for one object (1.5 MiB by default). */
const MAXIMUM_LINE_BYTES = 64 * 1024 * 1024;
const OPEN_MILLISECONDS = 30_000;

/**
 * One watch, until the server ends it; resolves when it is open. Fails as ApiError: the HTTP status, an ERROR event
 * (`Expired`…), `Timeout` when silent, `Unreachable` when cut, `InvalidResponse` for a line that is no event.
 */
export async function openWatch(
  transport: Transport,
  resource: Resource,
  options: WatchOptions,
): Promise<AsyncIterable<Iterable<WatchEvent>>> {
  const { namespace, labelSelector, fieldSelector, resourceVersion, timeoutSeconds, ...stream } = options;
  const path = pathOf(resource, namespace === undefined ? {} : { namespace });
  const beginning = { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' };
  const chunks = await transport.stream({
    verb: 'watch',
    path,
    query: {
      watch: true,
      allowWatchBookmarks: true,
      timeoutSeconds,
      labelSelector,
      fieldSelector,
      ...(resourceVersion === undefined ? beginning : { resourceVersion }),
    },
    deadlineMilliseconds: OPEN_MILLISECONDS,
    ...stream,
  });
  return readEvents(path, chunks);
}

async function* readEvents(
  path: string,
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<Iterable<WatchEvent>> {
  const linesOf = createLineCutter(MAXIMUM_LINE_BYTES);
  try {
    for await (const chunk of chunks) {
      const lines = linesOf(chunk);
      if (lines.length > 0) yield eventsOf(path, lines);
    }
  } catch (error) {
    throw error instanceof RangeError ? malformed(path, error.message) : error;
  }
}

/** Each is parsed when it is its turn, so that none is in memory longer than it takes to take it in. */
function* eventsOf(path: string, lines: readonly Buffer[]): Generator<WatchEvent> {
  for (const line of lines) yield eventOf(path, line);
}

const TYPES: ReadonlySet<unknown> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK']);

function eventOf(path: string, line: Buffer): WatchEvent {
  const event = parsed(line);
  if (TYPES.has(event?.type)) return event as WatchEvent;
  if (event?.type === 'ERROR') throw errorFromStatusObject({ verb: 'watch', path }, event.object);
  throw malformed(path, `a line of ${line.length} bytes is no watch event`);
}

/** Undefined where it is no JSON; its text may hold what nobody should read in a log. */
function parsed(line: Buffer): { readonly type?: unknown; readonly object?: unknown } | null | undefined {
  try {
    return JSON.parse(withoutFieldsV1(line));
  } catch {
    return undefined;
  }
}

const malformed = (path: string, message: string): ApiError =>
  new ApiError({ verb: 'watch', path, reason: 'InvalidResponse', message });
