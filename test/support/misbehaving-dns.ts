import { createSocket } from 'node:dgram';
import { decode, encode, type Packet, type Question } from 'dns-packet';
import { onTestFinished } from 'vitest';

type Known = readonly string[] | 'NXDOMAIN' | 'SERVFAIL' | 'SILENCE' | { readonly aliasOf: string };

/** What the server says of a name: addresses, an alias without any, a failure, or nothing at all. */
export type Zone = Readonly<Record<string, Known>>;

export interface LocalDNS {
  /** `127.0.0.1:port`. */
  readonly server: string;
  /** `A name` or `AAAA name`, in the order in which they were asked. */
  readonly asked: string[];
}

const RESPONSE_CODES = { NXDOMAIN: 3, SERVFAIL: 2 };

/** A DNS server on loopback for one test; names that the zone does not hold do not exist. */
export async function serveDNS(zone: Zone | (() => Zone)): Promise<LocalDNS> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (message, from) => {
    const query = decode(message);
    const [question] = query.questions ?? [];
    if (question === undefined) return;
    asked.push(`${question.type} ${question.name}`);
    const reply = answer(query, question, typeof zone === 'function' ? zone() : zone);
    if (reply !== undefined) socket.send(encode(reply), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  return { server: `127.0.0.1:${socket.address().port}`, asked };
}

function answer({ id = 0 }: Packet, question: Question, zone: Zone): Packet | undefined {
  const known = zone[question.name] ?? 'NXDOMAIN';
  if (known === 'SILENCE') return undefined;
  const reply: Packet = { type: 'response', id, questions: [question] };
  if (typeof known === 'string') return { ...reply, flags: RESPONSE_CODES[known] };
  if ('aliasOf' in known)
    return { ...reply, answers: [{ type: 'CNAME', name: question.name, data: known.aliasOf, ttl: 60 }] };
  const wanted = known.filter((address) => address.includes(':') === (question.type === 'AAAA'));
  const type = question.type === 'AAAA' ? 'AAAA' : 'A';
  return { ...reply, answers: wanted.map((data) => ({ type, name: question.name, data, ttl: 60 })) };
}
