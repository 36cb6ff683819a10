// Loaded before a program as `local-address.ts?127.0.0.2`: it connects from that loopback address, by which targets know it.
import { Socket, type TcpSocketConnectOpts } from 'node:net';

const localAddress = new URL(import.meta.url).search.slice(1);
const connect = Socket.prototype.connect as (this: Socket, ...args: unknown[]) => Socket;

Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
  // node:net, node:tls and node:http call it with options, in a list or not.
  const [options] = args.flat() as [Partial<TcpSocketConnectOpts>];
  if (options.port !== undefined) Object.assign(options, { localAddress });
  return connect.apply(this, args);
} as Socket['connect'];
