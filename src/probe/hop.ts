import type { Duplex } from 'node:stream';
import type { CertificateDetail, TLSObservation } from '../diagnosis/model/observation.ts';
import type { Deadline } from './deadline.ts';
import type { AddressResolver } from './dns.ts';
import type { AddressGuard, Purpose } from './guard.ts';
import type { ProbeRequest, RequestHeader, TLSSettings } from './request.ts';
import type { Stopwatch } from './stopwatch.ts';

/** One request of a redirect chain, with exactly what it sends. */
export interface Hop {
  readonly url: URL;
  readonly purpose: Purpose & ('target' | 'redirect' | 'token');
  readonly method: string;
  readonly headers: readonly RequestHeader[];
  readonly body?: string | Uint8Array;
  /** Name for SNI and verification. */
  readonly serverName: string;
  /** Whether the client certificate may be shown: only to the origin that the spec names. */
  readonly trusted: boolean;
  readonly tls: TLSSettings;
  readonly httpVersion: ProbeRequest['httpVersion'];
}

export interface Closable {
  destroy(): void;
}

/** What all hops of one probe share. */
export interface Trip {
  readonly request: ProbeRequest;
  readonly guard: AddressGuard;
  readonly resolver: AddressResolver;
  readonly deadline: Deadline;
  readonly stopwatch: Stopwatch;
  /** The outermost layer of each connection, to be destroyed at the end. */
  readonly opened: Closable[];
  /** Hears of each stage of a connection, so that a later failure does not lose it. */
  readonly report: (stage: Partial<Connection>) => void;
}

/** An open way to a hop's origin, over which one request is sent. */
export interface Connection {
  readonly socket: Duplex;
  /** IP address of the other end: the proxy's, where one is used. */
  readonly address: string;
  readonly port: number;
  readonly protocol: 'HTTP/1.1' | 'HTTP/2';
  /** Where the request line must carry the whole URL. */
  readonly throughProxy: boolean;
  readonly tls?: TLSObservation;
  readonly certificate?: CertificateDetail;
}

/**
 * Puts `outer` in the place of the layer that it was just laid over and that it closes with itself. Node 24 crashes when
 * a socket is destroyed before the TLS socket around it.
 */
export function layOver({ opened }: Trip, outer: Closable): void {
  opened.pop();
  opened.push(outer);
}
