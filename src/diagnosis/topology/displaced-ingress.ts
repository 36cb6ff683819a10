import type { IngressEvidence, IngressMatch } from '../model/ingress-evidence.ts';
import type { Ingress } from '../model/kubernetes.ts';
import type { RoutedRequest } from '../model/route-evidence.ts';
import { isCanary } from './canary.ts';
import { namedClass } from './ingress-class.ts';
import { matchIngress } from './ingress-match.ts';

/** A failure that begins this soon after an Ingress was created may come of it. */
const WINDOW_MILLISECONDS = 15 * 60_000;

const createdAt = ({ metadata }: Ingress): number => Date.parse(metadata.creationTimestamp ?? '');

/** Whether the failure began when the Ingress was new, and the other one had long been there. */
function cameBetween(newer: Ingress, older: Ingress, since: string): boolean {
  const age = Date.parse(since) - createdAt(newer);
  return age >= 0 && age <= WINDOW_MILLISECONDS && createdAt(newer) - createdAt(older) > WINDOW_MILLISECONDS;
}

/** A load balancer of AWS goes by the order of rules, and not by the length of paths. */
const isALB = ({ metadata }: Ingress): boolean =>
  Object.keys(metadata.annotations ?? {}).some((key) => key.startsWith('alb.ingress.kubernetes.io/'));

const isTakerOf = ({ ingress, rule }: IngressMatch, other: IngressMatch): boolean =>
  rule?.host !== undefined &&
  rule.host === other.rule?.host &&
  namedClass(ingress) === namedClass(other.ingress) &&
  !isCanary(ingress) &&
  !isALB(ingress);

/**
 * The rule of the namespace `home` that took the request until an Ingress of another namespace was created with a
 * closer path for the host. Teams share hosts on purpose: without that moment nothing tells what the probe means.
 */
export function displacedBy(
  { match, candidates }: IngressEvidence,
  request: RoutedRequest,
  home: string,
  since: string,
): IngressMatch | undefined {
  if (match?.path === undefined || match.ingress.metadata.namespace === home) return undefined;
  const own = candidates.filter(({ metadata }) => metadata.namespace === home);
  const meant = matchIngress(own, request, home).match;
  if (meant?.path === undefined || !isTakerOf(match, meant)) return undefined;
  return cameBetween(match.ingress, meant.ingress, since) ? meant : undefined;
}
