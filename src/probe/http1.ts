import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { type Answer, noteInformational } from './answer.ts';
import { codeOf, ProbeFault } from './failure.ts';
import type { Connection, Hop, Trip } from './hop.ts';
import { proxyAuthorization } from './proxy.ts';

const MAX_HEADER_BYTES = 65_536;
const TLS_RECORD_TYPES = new Set([0x15, 0x16]);
const HTTP2_FRAME_HEADER_BYTES = 9;
/** SETTINGS, with which a server of HTTP/2 begins, and GOAWAY, with which it ends. */
const HTTP2_FRAME_TYPES = new Set([0x04, 0x07]);

/** Sends the hop over HTTP/1.1 and waits for the headers of its answer. */
export async function askHTTP1(
  trip: Trip,
  hop: Hop,
  connection: Connection,
  informational: number[],
): Promise<Answer> {
  const { deadline, stopwatch } = trip;
  stopwatch.enter('Send');
  const request = open(trip, hop, connection);
  return deadline.wait<Answer>((resolve, reject) => {
    request.once('finish', () => {
      if (stopwatch.phase === 'Send') stopwatch.enter('Wait');
    });
    request.on('information', ({ statusCode }) => noteInformational(informational, statusCode));
    request.once('response', (message) => {
      stopwatch.enter('Receive');
      // An error is kept with the message, for whoever reads its body, who may come later.
      message.on('error', () => {});
      request.on('error', (error) => message.destroy(error));
      resolve(answerOf(message, message));
    });
    request.once('upgrade', (message) => {
      stopwatch.enter('Receive');
      resolve(answerOf(message, Readable.from([])));
    });
    request.on('error', (error) => reject(malformed(error, hop.url.host) ?? error));
    request.end(hop.body);
  });
}

function open(trip: Trip, hop: Hop, { socket, throughProxy }: Connection): ClientRequest {
  const { url } = hop;
  const headers = hop.headers.flatMap(({ name, value }) => [name, value]);
  if (throughProxy) headers.push(...proxyAuthorization(trip.request.proxy));
  return httpRequest({
    createConnection: () => socket,
    method: hop.method,
    path: throughProxy ? `${url.origin}${url.pathname}${url.search}` : `${url.pathname}${url.search}`,
    headers,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
}

function answerOf(message: IncomingMessage, body: Readable): Answer {
  const { rawHeaders } = message;
  const headers: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.push([(rawHeaders[index] ?? '').toLowerCase(), rawHeaders[index + 1] ?? '']);
  }
  return { code: message.statusCode ?? 0, httpVersion: message.httpVersion, headers, body };
}

/** A short frame of the connection itself, which is stream 0. */
const isHTTP2 = (packet: Buffer | undefined): boolean =>
  packet !== undefined &&
  packet.length >= HTTP2_FRAME_HEADER_BYTES &&
  packet[0] === 0 &&
  HTTP2_FRAME_TYPES.has(packet[3] ?? 0) &&
  packet.readUInt32BE(5) === 0;

/** A parser's error knows the bytes that it could not read: those of TLS and of HTTP/2 are told apart. */
function malformed(error: Error, peer: string): ProbeFault | undefined {
  if (!codeOf(error).startsWith('HPE_')) return undefined;
  const packet = 'rawPacket' in error && Buffer.isBuffer(error.rawPacket) ? error.rawPacket : undefined;
  if (TLS_RECORD_TYPES.has(packet?.[0] ?? 0)) {
    return new ProbeFault(
      'Wait',
      'TLSExpected',
      `${peer} speaks TLS, but the request was sent in plain HTTP.`,
    );
  }
  if (isHTTP2(packet)) {
    return new ProbeFault(
      'Wait',
      'HTTP2Expected',
      `${peer} speaks HTTP/2, but the request was sent in HTTP/1.1.`,
    );
  }
  if (codeOf(error) === 'HPE_HEADER_OVERFLOW') {
    return new ProbeFault('Wait', 'MalformedResponse', `${peer} sent more than 64 KiB of response headers.`);
  }
  return undefined;
}
