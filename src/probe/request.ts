/** A header to send. */
export interface RequestHeader {
  readonly name: string;
  readonly value: string;
  /** Came from a Secret: never sent to another origin, and masked where the target echoes it. */
  readonly secret?: boolean;
}

export interface OAuth2Client {
  readonly tokenURL: string;
  readonly clientID: string;
  readonly clientSecret: string;
  readonly scopes: readonly string[];
}

export interface ProxySettings {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
}

/** Keep one object per probe: what is derived from it (key material) is cached by identity. */
export interface TLSSettings {
  /** Name for SNI and verification instead of the URL's host. */
  readonly serverName?: string;
  /** PEM; trusted instead of the system's authorities. */
  readonly ca?: string;
  /** PEM. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string };
  readonly insecureSkipVerify?: boolean;
}

export type Compression = 'identity' | 'gzip' | 'br' | 'deflate';

/** `spec.request` with its target and every reference resolved: all that one probe sends. */
export interface ProbeRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly RequestHeader[];
  readonly body?: string | Uint8Array;
  /** The body came from a Secret: never sent to another origin. */
  readonly bodyIsSecret?: boolean;
  readonly basicAuth?: { readonly username: string; readonly password: string };
  readonly bearerToken?: string;
  readonly oauth2?: OAuth2Client;
  /** 0: a redirect is the answer. */
  readonly maxRedirects: number;
  readonly ipFamily?: 'IPv4' | 'IPv6';
  readonly httpVersion: 'Auto' | 'HTTP1' | 'HTTP2';
  readonly proxy?: ProxySettings;
  /** Where to connect for the URL's host, while Host and SNI stay those of the URL. */
  readonly connectTo?: { readonly host: string; readonly port?: number };
  readonly tls: TLSSettings;
  /** For the whole probe, redirects included. */
  readonly timeoutMilliseconds: number;
  /** Asked for by Accept-Encoding and undone; without it the body is taken as it comes. */
  readonly compression?: Compression;
  /** Most bytes of a body after decompression; a longer one is a failure. */
  readonly bodyLimit: number;
}

export interface HeaderExpectation {
  readonly name: string;
  /** RE2, unanchored; at least one value matches. */
  readonly matches?: string;
  /** RE2, unanchored; no value matches. */
  readonly notMatches?: string;
  readonly allowMissing?: boolean;
}

/** `spec.expect`. Keep one object per probe: compiled patterns are cached by identity. */
export interface Expectation {
  /** `200` or `200-299`. */
  readonly statusCodes: readonly string[];
  readonly headers: readonly HeaderExpectation[];
  /** RE2, unanchored. */
  readonly body: { readonly matches: readonly string[]; readonly notMatches: readonly string[] };
  /** CEL over `body`; each must be true. */
  readonly json: readonly string[];
  readonly maxLatencyMilliseconds?: number;
  readonly certificateValidForMilliseconds?: number;
}

const NO_TLS_SETTINGS: TLSSettings = Object.freeze({});

/** What a StatusProbe that gives only a URL asks. */
export const defaultRequest = (url: string): ProbeRequest => ({
  url,
  method: 'GET',
  headers: [],
  maxRedirects: 10,
  httpVersion: 'Auto',
  tls: NO_TLS_SETTINGS,
  timeoutMilliseconds: 5000,
  bodyLimit: 1_048_576,
});

export const DEFAULT_EXPECTATION: Expectation = Object.freeze({
  statusCodes: ['200-299'],
  headers: [],
  body: { matches: [], notMatches: [] },
  json: [],
});
