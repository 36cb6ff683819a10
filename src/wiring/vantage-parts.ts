import { ApiError } from '../kubernetes/api-error.ts';
import type { Transport } from '../kubernetes/transport.ts';
import type { VantageParts } from '../operator/vantage.ts';
import type { AddressResolver } from '../probe/dns.ts';
import { ProbeFault } from '../probe/failure.ts';

const DEADLINE_MILLISECONDS = 2_000;

/** Answers of a DNS server that works, whatever it says. */
const ANSWERS: ReadonlySet<string> = new Set(['NXDomain', 'NoRecord', 'ServFail']);

/** How this replica finds out whether it reaches anybody at all. */
export const vantageParts = (
  resolver: AddressResolver,
  transport: Transport,
  clusterDomain: string,
): VantageParts => ({
  now: () => performance.now(),
  async askDNS() {
    const name = `kubernetes.default.svc.${clusterDomain}.`;
    await within(resolver.resolve(name, [4, 6]).catch(unlessAnswered));
  },
  async askAPIServer() {
    await transport
      .request({ verb: 'get', path: '/version', urgent: true, deadlineMilliseconds: DEADLINE_MILLISECONDS })
      .catch((error: unknown) => {
        if (!(error instanceof ApiError) || error.status === undefined) throw error;
      });
  },
});

function unlessAnswered(error: unknown): void {
  if (!(error instanceof ProbeFault) || !ANSWERS.has(error.failure.reason)) throw error;
}

async function within(work: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('No answer in time')), DEADLINE_MILLISECONDS);
  await Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}
