import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RecordedRequest {
  /** Without the leading slash and the query. */
  readonly path: string;
  /** Of performance.now(). */
  readonly at: number;
  /** Address that it came from. */
  readonly from: string;
}

/** A web server that answers each path as it is told to, and remembers who asked when. */
export interface RecordingTarget {
  readonly port: number;
  readonly origin: string;
  readonly requests: readonly RecordedRequest[];
  /** Status code of a path. */
  codeOf(path: string): number;
  answer(codeOf: (path: string) => number): void;
  close(): void;
}

export async function startRecordingTarget(): Promise<RecordingTarget> {
  const requests: RecordedRequest[] = [];
  let codeOf = (_: string) => 200;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://target');
    const path = pathname.slice(1);
    requests.push({ path, at: performance.now(), from: request.socket.remoteAddress ?? '' });
    response.writeHead(codeOf(path), { server: 'nginx' }).end('answer');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    requests,
    codeOf: (path) => codeOf(path),
    answer(next) {
      codeOf = next;
    },
    close: () => server.close(),
  };
}
