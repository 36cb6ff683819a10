import type { BackendTLSPolicy } from '../model/gateway-api.ts';
import type { ServicePort } from '../model/kubernetes.ts';
import type { Observation } from '../model/observation.ts';
import type { HopAnswer } from '../model/route-evidence.ts';
import type { Confidence } from '../model/vocabulary.ts';
import { asksTLS } from './http-route-filters.ts';
import { hostRank } from './ingress-hosts.ts';

/** The policy for a port: one that names the port goes before one for the whole Service. */
export function policyFor(
  policies: readonly BackendTLSPolicy[],
  service: string,
  port: ServicePort,
): BackendTLSPolicy | undefined {
  const asking = policies.filter((policy) => asksTLS(policy, service, port));
  const isExact = ({ spec }: BackendTLSPolicy) =>
    spec.targetRefs.some(({ name, sectionName }) => name === service && sectionName !== undefined);
  return asking.find(isExact) ?? asking[0];
}

/** The names of which a certificate must have one; undefined where others than names of hosts may do. */
function namesWanted({ spec: { validation } }: BackendTLSPolicy): readonly string[] | undefined {
  const { hostname, subjectAltNames = [] } = validation ?? {};
  if (subjectAltNames.length === 0) return hostname === undefined ? undefined : [hostname];
  const names = subjectAltNames.flatMap((each) => each.hostname ?? []);
  return names.length === subjectAltNames.length ? names : undefined;
}

export type Fault = 'Mismatch' | 'Expired' | 'Untrusted';

/** What is wrong with a certificate that a Pod shows, of which it wants one of these names; who signed it is known to the router alone. */
export function certificateFaultOf(
  { tls, time }: Observation,
  wanted: readonly string[] | undefined,
): Exclude<Fault, 'Untrusted'> | undefined {
  const { subjectAltNames: names, notAfterTime } = tls ?? {};
  const isFor = (host: string) => names?.some((name) => name !== '' && hostRank(name, host) !== undefined);
  if (names !== undefined && wanted !== undefined && !wanted.some(isFor)) return 'Mismatch';
  return notAfterTime !== undefined && Date.parse(notAfterTime) < Date.parse(time) ? 'Expired' : undefined;
}

/** How Envoy words it. */
const VERIFY_FAILED = /CERTIFICATE_VERIFY_FAILED/i;
const WORDS: readonly (readonly [Fault, RegExp])[] = [
  ['Mismatch', /SAN matcher/i],
  ['Expired', /certificate has expired/i],
  ['Untrusted', VERIFY_FAILED],
];

export interface CertificateFault {
  readonly fault: Fault;
  readonly confidence: Confidence;
  /** The names that Pods' certificates have; none where no Pod showed one. */
  readonly names: readonly string[];
  /** Names that would do, as the policy has them. */
  readonly wanted: readonly string[];
}

/** Why a Gateway that goes by such a policy does not trust the Pods: by what these show, else by the Gateway's own word. */
export function certificateFault(
  policy: BackendTLSPolicy,
  hops: readonly HopAnswer[],
  answer: string,
): CertificateFault | undefined {
  const wanted = namesWanted(policy);
  const shown = hops.filter(({ observation }) => observation.tls !== undefined);
  const hosts = wanted?.map((name) => name.toLowerCase());
  const faults = shown.flatMap(({ observation }) => certificateFaultOf(observation, hosts) ?? []);
  const told = VERIFY_FAILED.test(answer) ? WORDS.find(([, words]) => words.test(answer))?.[0] : undefined;
  const fault = faults[0] ?? told;
  if (fault === undefined) return undefined;
  const isProved = told !== undefined || faults.length === shown.length;
  const names = [...new Set(shown.flatMap(({ observation }) => observation.tls?.subjectAltNames ?? []))];
  return { fault, confidence: isProved ? 'High' : 'Medium', names, wanted: wanted ?? [] };
}

/** Whether the Gateway says itself that it did not trust whom it asked. */
export const saysUntrusted = (answer: string): boolean => VERIFY_FAILED.test(answer);
