import { connect, isIP, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Family } from './dns.ts';
import { RefusedFault } from './failure.ts';
import type { GuardDecision, Purpose } from './guard.ts';
import type { Trip } from './hop.ts';

/** Somewhere to connect to, and why. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly purpose: Purpose;
}

export interface TCPConnection {
  readonly socket: Socket;
  readonly address: string;
  readonly port: number;
}

/**
 * Resolves, lets the guard judge every address, and connects to the first: to the address that was judged, not to the
 * name. A further address is not tried, because that would hide a dead one.
 */
export async function connectTCP(trip: Trip, destination: Destination): Promise<TCPConnection> {
  const [address] = await permittedAddresses(trip, destination);
  const { port } = destination;
  trip.report({ address, port });
  trip.stopwatch.enter('Connect');
  const socket = connect({ host: address, port, noDelay: true });
  trip.opened.push(socket);
  await trip.deadline.wait<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.on('error', reject);
  });
  return { socket, address, port };
}

export async function permittedAddresses(
  trip: Trip,
  destination: Destination,
): Promise<[string, ...string[]]> {
  const { host, port, purpose } = destination;
  trip.stopwatch.enter('Resolve');
  refuseUnlessAllowed(trip.guard.checkName(host), destination);
  const addresses = await resolve(trip, host);
  for (const address of addresses) {
    refuseUnlessAllowed(trip.guard.check(address, port, purpose, host), destination);
  }
  return addresses as [string, ...string[]];
}

async function resolve({ request, resolver, deadline }: Trip, host: string): Promise<readonly string[]> {
  const families = familiesFor(request.ipFamily);
  if (families.some((family) => family === isIP(host))) return [host];
  return deadline.wait((done, reject) => {
    resolver.resolve(host, families).then(done, reject);
  });
}

function refuseUnlessAllowed(decision: GuardDecision, { host, purpose }: Destination): void {
  if (decision.allowed) return;
  throw new RefusedFault({ rule: decision.rule, purpose, host, remedy: decision.remedy });
}

const EITHER: readonly Family[] = hasOnlyIPv6() ? [6, 4] : [4, 6];

function familiesFor(ipFamily: 'IPv4' | 'IPv6' | undefined): readonly Family[] {
  if (ipFamily === undefined) return EITHER;
  return ipFamily === 'IPv4' ? [4] : [6];
}

/** A machine without an IPv4 address of its own cannot use those that a name has. */
function hasOnlyIPv6(): boolean {
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'));
  return outside.length > 0 && outside.every(({ family }) => family === 'IPv6');
}
