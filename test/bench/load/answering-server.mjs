// Stands for the ingress controller, every Pod and DNS, in a process of its own: answers 200, or 503 when it is told `fail`.
import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { decode, encode } from 'dns-packet';

const INGRESS_ADDRESS = '10.0.0.1';
const names = createSocket('udp4');
names.on('message', (message, { port, address }) => {
  const { id, questions } = decode(message);
  const [{ type, name }] = questions;
  const data = type === 'A' ? [INGRESS_ADDRESS] : [];
  const answers = data.map((each) => ({ type, name, data: each, ttl: 60 }));
  names.send(encode({ type: 'response', id, questions, answers }), port, address);
});
names.bind(53, '127.0.0.1');

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
