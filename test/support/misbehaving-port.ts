import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';

/** Listens with the shortest queue, says where, and never accepts. */
const LISTENER = `
  const { createServer } = require('node:net');
  const { parentPort } = require('node:worker_threads');
  const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;
/** More than a queue of one holds. */
const CALLERS = 4;

/** A port that neither takes nor refuses a connection: its queue is full, so that the kernel drops further calls. */
export async function silentPort(): Promise<number> {
  const worker = new Worker(LISTENER, { eval: true });
  const callers: Socket[] = [];
  onTestFinished(async () => {
    for (const caller of callers) caller.destroy();
    await worker.terminate();
  });
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  await fillQueue(port, callers);
  return port;
}

/** Calls one after the other until a call is not answered while a call to a live port would long be. */
async function fillQueue(port: number, callers: Socket[]): Promise<void> {
  for (let call = 0; call < CALLERS; call += 1) {
    const caller = connect({ port, host: '127.0.0.1' });
    caller.on('error', () => {});
    callers.push(caller);
    const connected = new Promise<boolean>((resolve) => caller.once('connect', () => resolve(true)));
    const dropped = new Promise<boolean>((resolve) => setTimeout(resolve, 200, false));
    if (!(await Promise.race([connected, dropped]))) return;
  }
}
