import { connect } from 'node:net';
import { canonicalAddress } from './address-ranges.ts';
import { codeOf } from './failure.ts';
import type { AddressGuard } from './guard.ts';

/**
 * `Refused` proves that nothing listens; `Timeout` proves nothing, because a policy may let only others through;
 * `Unreachable`: there is no way from here.
 */
export type DialOutcome = 'Open' | 'Refused' | 'Timeout' | 'Unreachable' | 'NotPermitted';

const OUTCOMES: Readonly<Record<string, DialOutcome>> = { ECONNREFUSED: 'Refused', ETIMEDOUT: 'Timeout' };

/** Tries whether a port takes connections; sends nothing. Never rejects. */
export function dial(
  address: string,
  port: number,
  { timeoutMilliseconds, guard }: { timeoutMilliseconds: number; guard: AddressGuard },
): Promise<DialOutcome> {
  const host = canonicalAddress(address);
  if (host === undefined || !guard.check(host, port, 'hop', host).allowed)
    return Promise.resolve('NotPermitted');
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (outcome: DialOutcome) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(settle, timeoutMilliseconds, 'Timeout');
    socket.once('connect', () => settle('Open'));
    socket.on('error', (error) => settle(OUTCOMES[codeOf(error)] ?? 'Unreachable'));
  });
}
