import { type ClientHttp2Stream, connect, constants, type OutgoingHttpHeaders } from 'node:http2';
import { PassThrough, type Readable } from 'node:stream';
import { type Answer, noteInformational } from './answer.ts';
import { ProbeFault } from './failure.ts';
import { type Connection, type Hop, layOver, type Trip } from './hop.ts';

/** Headers of HTTP/1.1 that HTTP/2 says otherwise. */
const CONNECTION_HEADERS = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** Sends the hop over HTTP/2 and waits for the headers of its answer. */
export async function askHTTP2(
  trip: Trip,
  hop: Hop,
  { socket }: Connection,
  informational: number[],
): Promise<Answer> {
  const { deadline, stopwatch } = trip;
  stopwatch.enter('Send');
  const session = connect(hop.url.origin, {
    createConnection: () => socket,
    settings: { enablePush: false },
  });
  layOver(trip, session);
  return deadline.wait<Answer>((resolve, reject) => {
    session.on('error', reject);
    const stream = session.request(headersOf(hop), { endStream: false });
    stream.on('headers', (headers) => noteInformational(informational, headers[':status']));
    stream.once('response', (headers, _flags, rawHeaders) => {
      stopwatch.enter('Receive');
      resolve({
        code: headers[':status'] ?? 0,
        httpVersion: '2',
        headers: headersFrom(rawHeaders),
        body: bodyOf(stream),
      });
    });
    stream.on('error', reject);
    stream.once('close', () => reject(closed(hop.url.host)));
    stream.end(hop.body, () => {
      if (stopwatch.phase === 'Send') stopwatch.enter('Wait');
    });
  });
}

const closed = (peer: string) =>
  new ProbeFault(
    'Wait',
    'ClosedBeforeHeaders',
    `${peer} closed the stream without sending response headers.`,
  );

function headersOf({ url, method, headers }: Hop): OutgoingHttpHeaders {
  const sent: Record<string, string | string[]> = {
    [constants.HTTP2_HEADER_METHOD]: method,
    [constants.HTTP2_HEADER_SCHEME]: url.protocol.slice(0, -1),
    [constants.HTTP2_HEADER_PATH]: `${url.pathname}${url.search}`,
    [constants.HTTP2_HEADER_AUTHORITY]: url.host,
  };
  for (const { name, value } of headers) {
    const key = name.toLowerCase();
    if (key === 'host') sent[constants.HTTP2_HEADER_AUTHORITY] = value;
    if (CONNECTION_HEADERS.has(key)) continue;
    const earlier = sent[key];
    sent[key] = earlier === undefined ? value : [earlier, value].flat();
  }
  return sent;
}

function headersFrom(rawHeaders: readonly string[]): Answer['headers'] {
  const names = rawHeaders.filter((_, index) => index % 2 === 0);
  return names
    .map((name, index) => [name, rawHeaders[index * 2 + 1] ?? ''] as const)
    .filter(([name]) => !name.startsWith(':'));
}

/** A stream ends in the same way whether it was complete or reset; only its code tells. */
function bodyOf(stream: ClientHttp2Stream): Readable {
  const body = new PassThrough();
  body.on('error', () => {});
  stream.once('close', () => {
    if (stream.rstCode === constants.NGHTTP2_NO_ERROR) body.end();
    else body.destroy();
  });
  return stream.pipe(body, { end: false });
}
