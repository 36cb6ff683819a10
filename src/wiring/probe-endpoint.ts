import { parseDuration } from '../api/durations.ts';
import { type Observation, SPEC_MISTAKES } from '../diagnosis/model/observation.ts';
import { type AskedProbe, type AskProbe, ProbeRefused } from '../metrics/probe-endpoint.ts';
import type { NamespacePolicy } from '../operator/policy.ts';
import { modulesByName, type ProbeModule } from '../operator/probe-modules.ts';
import { expectationOf, resolveRequest } from '../operator/request/probe-request.ts';
import { Values } from '../operator/request/values.ts';
import { userAgent } from '../probe/correlation.ts';
import type { AddressResolver } from '../probe/dns.ts';
import { probe } from '../probe/probe.ts';
import type { Expectation, ProbeRequest } from '../probe/request.ts';
import type { GuardFactory } from './guards.ts';
import { newCorrelation } from './new-correlation.ts';

export interface ProbeEndpointParts {
  readonly version: string;
  /** Whose policy and addresses hold for requests that no StatusProbe stands behind. */
  readonly namespace: string;
  readonly modules: readonly ProbeModule[];
  readonly guards: GuardFactory;
  readonly policyOf: (namespace: string) => Promise<NamespacePolicy>;
  readonly resolver: AddressResolver;
  readonly correlation: boolean;
  /** Probes under way at once. */
  readonly concurrency: number;
}

/** Where neither the module nor the scrape says how long. */
const LONGEST_MILLISECONDS = 119_500;

interface PreparedModule {
  readonly request: Promise<Omit<ProbeRequest, 'url'>>;
  readonly expectation: Expectation;
  readonly timeoutMilliseconds: number;
}

/** Probes what /probe is asked for, by the modules and the policy of the administrator. */
export function createProbeEndpoint(parts: ProbeEndpointParts): AskProbe {
  const modules = new Map([...modulesByName(parts.modules)].map(([name, each]) => [name, prepare(each)]));
  let underWay = 0;
  return async (asked, signal) => {
    const module = modules.get(asked.module);
    if (module === undefined) {
      const names = [...modules.keys()].join(', ');
      throw new ProbeRefused(400, `There is no module ${asked.module}: take one of ${names}.`);
    }
    if (underWay >= parts.concurrency) throw new ProbeRefused(503, 'Too many probes are under way.');
    underWay += 1;
    try {
      const { guards, policyOf, namespace, resolver } = parts;
      return accepted(
        await probe(await requestFor(asked, module, parts), module.expectation, {
          guard: await guards(namespace, await policyOf(namespace), undefined),
          resolver,
          now: Date.now,
          signal,
          ...(parts.correlation && { correlation: newCorrelation({ version: parts.version }) }),
        }),
      );
    } finally {
      underWay -= 1;
    }
  };
}

function prepare(module: ProbeModule): PreparedModule {
  const { timeout = '' } = module;
  return {
    request: resolveRequest({ ...module, timeout }, new Values(async () => undefined)),
    expectation: expectationOf(module),
    timeoutMilliseconds: parseDuration(timeout) ?? LONGEST_MILLISECONDS,
  };
}

async function requestFor(
  { target, hostname, timeoutMilliseconds = LONGEST_MILLISECONDS }: AskedProbe,
  module: PreparedModule,
  { version, correlation: correlates }: ProbeEndpointParts,
): Promise<ProbeRequest> {
  const request = await module.request;
  const named = (name: string) => request.headers.some((header) => header.name.toLowerCase() === name);
  if (hostname !== undefined && named('host')) {
    throw new ProbeRefused(400, 'Parameter hostname is given, and the module has a Host header of its own.');
  }
  return {
    ...request,
    url: target,
    headers: [
      ...request.headers,
      ...(hostname === undefined ? [] : [{ name: 'Host', value: hostname }]),
      ...(correlates || named('user-agent') ? [] : [{ name: 'User-Agent', value: userAgent(version) }]),
    ],
    timeoutMilliseconds: Math.min(module.timeoutMilliseconds, timeoutMilliseconds),
  };
}

/** A redirect that the guard refuses is a failure of the target; what was asked for is one of who asks. */
function accepted(observation: Observation): Observation {
  const { failure, refusal } = observation;
  if (failure === undefined) return observation;
  if (refusal !== undefined && refusal.purpose !== 'redirect') throw new ProbeRefused(403, failure.message);
  if (SPEC_MISTAKES.has(failure.reason)) throw new ProbeRefused(400, failure.message);
  return observation;
}
