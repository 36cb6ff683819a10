import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import type { TestCertificate } from './test-certificates.ts';

/** Servers that tell everything they were told, and more, wherever an answer has room for it. */
export interface TalkativeTarget {
  /** Answers 500 with all that it knows; `/redirect` sends elsewhere, `/token` is an authorization server. */
  readonly http: string;
  /** The same over TLS; asks for a client certificate. */
  readonly https: string;
  /** A proxy that answers itself. */
  readonly proxy: string;
  /** An address where a kubelet would be: logs of containers. */
  readonly kubeletPort: number;
  /** Credentials that came along, by the header that carried them. */
  readonly received: ReadonlyMap<string, string>;
  close(): void;
}

export interface Talk {
  readonly certificate: TestCertificate;
  /** What it sets as a cookie. */
  readonly cookie: string;
  /** What it says beside the echo. */
  readonly secretOfItsOwn: string;
  readonly accessToken: string;
  readonly log: () => string;
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

function echo(
  { cookie, secretOfItsOwn }: Talk,
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
) {
  const { url = '/', headers } = request;
  const authorization = headers.authorization ?? headers['proxy-authorization'] ?? '';
  response.writeHead(500, 'Internal Server Error', {
    'content-type': 'application/json',
    'set-cookie': [`session=${cookie}; Path=/`, `other=${cookie}`],
    server: `nginx ${headers['x-api-key'] ?? ''}`,
    via: `1.1 ${authorization}`,
    'www-authenticate': `Bearer realm="${authorization}"`,
    'x-echo': authorization,
    authorization,
    location: `http://user:${cookie}@127.0.0.1${url}#${cookie}`,
  });
  const { host: _, ...rest } = headers;
  response.end(
    JSON.stringify({ error: `password=${secretOfItsOwn}`, url, headers: rest, body, authorization }),
  );
}

export async function startTalkativeTarget(talk: Talk): Promise<TalkativeTarget> {
  const received = new Map<string, string>();
  const servers: Server[] = [];
  const listen = async (server: Server) => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const answer: RequestListener = async (request, response) => {
    for (const [name, value] of Object.entries(request.headers)) received.set(name, String(value));
    const body = await readBody(request);
    if (request.url?.startsWith('/cart') && body !== '') received.set('body', body);
    if (request.url?.startsWith('/redirect')) {
      const location = `/elsewhere?again=${talk.cookie}#${talk.cookie}`;
      response.writeHead(302, { location, 'set-cookie': `session=${talk.cookie}` }).end();
    } else if (request.url === '/token') {
      const token = { access_token: talk.accessToken, token_type: 'Bearer', expires_in: 3600 };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(token));
    } else echo(talk, request, body, response);
  };
  const kubelet: RequestListener = (_, response) =>
    response.writeHead(200, { 'content-type': 'text/plain' }).end(talk.log());
  const plain = createServer(answer);
  const tls = createHttpsServer(
    { ...talk.certificate, requestCert: true, rejectUnauthorized: false },
    answer,
  );
  const [http, https, kubeletPort] = await Promise.all([
    listen(plain),
    listen(tls),
    listen(createHttpsServer(talk.certificate, kubelet)),
  ]);
  return {
    http: `http://127.0.0.1:${http}`,
    https: `https://127.0.0.1:${https}`,
    proxy: `http://127.0.0.1:${http}`,
    kubeletPort,
    received,
    close() {
      for (const server of servers) server.close();
    },
  };
}
