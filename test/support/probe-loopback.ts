import type { Observation } from '../../src/diagnosis/model/observation.ts';
import { createResolver } from '../../src/probe/dns.ts';
import { createGuard } from '../../src/probe/guard.ts';
import { type ProbeContext, probe } from '../../src/probe/probe.ts';
import {
  DEFAULT_EXPECTATION,
  defaultRequest,
  type Expectation,
  type ProbeRequest,
} from '../../src/probe/request.ts';

export const loopbackGuard = createGuard({
  allowCIDRs: ['127.0.0.0/8', '::1/128'],
  denyCIDRs: [],
  apiServerAddresses: [],
  ownedAddresses: () => new Set(),
});

/** Every name of these tests is loopback, whatever the machine's own DNS says. */
export const loopbackResolver = createResolver({
  servers: ['127.0.0.1:1'],
  search: [],
  ndots: 1,
  hosts: new Map(
    ['localhost', 'a.example', 'b.example', 'shop.example'].map((name) => [name, ['127.0.0.1', '::1']]),
  ),
});

/** Long enough to never matter, short enough to end a test that hangs. */
const AMPLE_MILLISECONDS = 10_000;

/** Probes a server of the test, with the defaults of a StatusProbe where nothing else is said. */
export function probeLoopback(
  url: string,
  request: Partial<ProbeRequest> = {},
  expectation: Partial<Expectation> = {},
  context: Partial<ProbeContext> = {},
): Promise<Observation> {
  return probe(
    { ...defaultRequest(url), timeoutMilliseconds: AMPLE_MILLISECONDS, ...request },
    { ...DEFAULT_EXPECTATION, ...expectation },
    { guard: loopbackGuard, resolver: loopbackResolver, now: Date.now, ...context },
  );
}
