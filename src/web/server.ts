import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { notFound, Refusal, sendAsset, sendRefusal } from './answers.ts';
import { loadAssets } from './assets.ts';
import { createDataHandler, type DataOptions } from './data.ts';
import { withoutRepeatedErrors } from './repeated-errors.ts';

export interface WebOptions extends DataOptions {
  readonly address: WebAddress;
  /**
   * The only names that a browser may call this server by; absent behind a proxy, which has names of its own. A page of
   * a stranger whose name is made to point to this address is refused by it.
   */
  readonly hostNames?: readonly string[];
  readonly onError: (error: unknown) => void;
}

export interface WebAddress {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
}

export interface WebServer {
  /** `http://HOST:PORT/` */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the page, which only reads. Rejects with one sentence where the address cannot be used. */
export async function serveWeb(options: WebOptions): Promise<WebServer> {
  const stopping = new AbortController();
  const handle = createHandler(options, stopping.signal);
  const onError = withoutRepeatedErrors(options.onError);
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => sendRefusal(response, error, onError));
  });
  const { host, port } = options.address;
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ message }) =>
      reject(new Error(`The page cannot be served at ${host}:${port}: ${message}`)),
    );
    server.listen(port, host, resolve);
  });
  return {
    url: `http://${isIPv6(host) ? `[${host}]` : host}:${(server.address() as AddressInfo).port}/`,
    async close() {
      stopping.abort();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

function createHandler(options: WebOptions, stopping: AbortSignal): Handle {
  const assets = loadAssets();
  const answerData = createDataHandler(options, stopping);
  return async (request, response) => {
    refuseOtherNames(request, options.hostNames);
    if (request.method !== 'GET') throw new Refusal(405, 'This page only reads.', { allow: 'GET' });
    const path = (request.url ?? '/').replace(/\?.*$/, '').slice(1);
    const asset = assets.get(path);
    if (asset !== undefined) return sendAsset(request, response, asset);
    const segments = path.split('/').map(decoded);
    if (segments[0] !== 'api') throw notFound();
    return answerData(segments, request, response);
  };
}

function refuseOtherNames({ headers: { host = '' } }: IncomingMessage, names?: readonly string[]): void {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  if (names !== undefined && !names.includes(name))
    throw new Refusal(421, `This page is served under the names ${names.join(', ')} alone.`);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw notFound();
  }
}
