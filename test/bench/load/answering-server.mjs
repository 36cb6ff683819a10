// Stands for the ingress controller and for every Pod, in a process of its own: answers 200, or 503 when it is told `fail`.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

let code = 200;
const answer = (_, response) => response.writeHead(code, { server: 'nginx' }).end('bench\n');
const servers = process.argv.slice(2).map((port) => createServer(answer).listen(Number(port), '0.0.0.0'));
await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))));
process.stdout.write('ready\n');
for await (const line of createInterface(process.stdin)) {
  code = line === 'fail' ? 503 : 200;
  process.stdout.write(`${code}\n`);
}
process.exit(0);
