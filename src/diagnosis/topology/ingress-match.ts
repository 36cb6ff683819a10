import type { IngressMatch } from '../model/ingress-evidence.ts';
import type { HTTPIngressPath, Ingress, IngressRule } from '../model/kubernetes.ts';
import type { RoutedRequest } from '../model/route-evidence.ts';
import { asCanaryOf, isCanary, takesAllRequests, takesShare } from './canary.ts';
import { namedClass } from './ingress-class.ts';
import { bySeniority, HOST_RANKS, hostRank, ingressHostRank } from './ingress-hosts.ts';
import { takesPath } from './ingress-paths.ts';

type Asked = Pick<RoutedRequest, 'host' | 'path' | 'headers'>;

/** A match with what decides between it and others. */
interface Claim extends IngressMatch {
  readonly hostRank: number;
  readonly pathLength: number;
  readonly exact: boolean;
}

const DEFAULT_BACKEND = { field: 'spec.defaultBackend', pathLength: -1, exact: false } as const;

function ruleClaims(ingress: Ingress, rule: IngressRule, index: number, asked: Asked): Claim[] {
  const rank = hostRank(rule.host, asked.host);
  if (rank === undefined) return [];
  if (rule.http === undefined) return defaultClaims(ingress, rank);
  return rule.http.paths.flatMap((path: HTTPIngressPath, position) => {
    if (!takesPath(ingress, path, asked.path)) return [];
    const field = `spec.rules[${index}].http.paths[${position}]`;
    const pathLength = (path.path ?? '/').length;
    return [
      {
        ingress,
        rule,
        path,
        field,
        backend: path.backend,
        hostRank: rank,
        pathLength,
        exact: path.pathType === 'Exact',
      },
    ];
  });
}

const defaultClaims = (ingress: Ingress, rank: number): Claim[] => {
  const { defaultBackend } = ingress.spec;
  return defaultBackend === undefined
    ? []
    : [{ ingress, backend: defaultBackend, hostRank: rank, ...DEFAULT_BACKEND }];
};

function claimsOf(ingress: Ingress, asked: Asked): Claim[] {
  const byRules = (ingress.spec.rules ?? []).flatMap((rule, index) =>
    ruleClaims(ingress, rule, index, asked),
  );
  const byDefault = defaultClaims(ingress, ingressHostRank(ingress, asked.host) ?? HOST_RANKS.any);
  return [...byRules, ...byDefault];
}

/** Host before path, a longer path before a shorter one, Exact before Prefix, a rule before a defaultBackend. */
const bySpecificity = (a: Claim, b: Claim): number =>
  Number(b.pathLength >= 0) - Number(a.pathLength >= 0) ||
  b.hostRank - a.hostRank ||
  b.pathLength - a.pathLength ||
  Number(b.exact) - Number(a.exact);

const asMatch = ({ hostRank: _rank, pathLength: _length, exact: _exact, ...match }: Claim): IngressMatch =>
  match;

export interface RoutedByIngress {
  readonly match?: IngressMatch;
  /** Of a canary, which takes a share of the requests that `match` takes otherwise. */
  readonly canary?: IngressMatch;
  readonly rivals: readonly IngressMatch[];
}

/** Canaries take requests only from another Ingress: without one they are as any other. */
function withoutCanaries(claims: readonly Claim[]): readonly Claim[] {
  const mains = claims.filter(({ ingress }) => !isCanary(ingress));
  return mains.length > 0 ? mains : claims;
}

/** The canary that takes every request in place of the rule that would, or a share of them; of several the oldest. */
function byCanary(
  winner: Claim,
  equal: readonly Claim[],
  { headers }: Asked,
): Pick<RoutedByIngress, 'match' | 'canary'> {
  const match = asMatch(winner);
  if (isCanary(winner.ingress)) return { match };
  const canaries = equal.toSorted((a, b) => bySeniority(a.ingress, b.ingress));
  const asCanary = (claim: Claim) => asCanaryOf(winner.ingress, asMatch(claim));
  const taker = canaries.find(({ ingress }) => takesAllRequests(ingress, headers));
  if (taker !== undefined) return { match: asCanary(taker) };
  const sharer = canaries.find(({ ingress }) => takesShare(ingress, headers));
  return { match, ...(sharer && { canary: asCanary(sharer) }) };
}

/**
 * Which rule of several Ingresses takes a request, and who else claims the very same host and path: the oldest Ingress
 * wins, unless it has handed every request to a canary. Only Ingresses of one class are rivals; where classes differ,
 * one of the namespace `home` goes first.
 */
export function matchIngress(ingresses: readonly Ingress[], asked: Asked, home: string): RoutedByIngress {
  const all = ingresses.flatMap((ingress) => claimsOf(ingress, asked)).sort(bySpecificity);
  const claims = withoutCanaries(all);
  const [best] = claims;
  if (best === undefined) return { rivals: [] };
  const isEqual = (claim: Claim) => bySpecificity(claim, best) === 0;
  const equal = claims.filter(isEqual).sort((a, b) => bySeniority(a.ingress, b.ingress));
  const first = equal.find(({ ingress }) => ingress.metadata.namespace === home) ?? best;
  const isOfClass = ({ ingress }: Claim) => namedClass(ingress) === namedClass(first.ingress);
  const sameClass = equal.filter(isOfClass);
  const claimants = new Set(sameClass.map(({ ingress }) => ingress));
  return {
    ...byCanary(
      sameClass[0] ?? best,
      all.filter((claim) => isEqual(claim) && isOfClass(claim)),
      asked,
    ),
    rivals: claimants.size > 1 ? sameClass.map(asMatch) : [],
  };
}
