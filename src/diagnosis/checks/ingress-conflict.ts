import { defineCheck } from '../model/check.ts';
import { ANSWERED_ELSEWHERE } from '../model/consequences.ts';
import type { IngressMatch } from '../model/ingress-evidence.ts';
import type { Ingress } from '../model/kubernetes.ts';
import { referenceTo } from '../model/reference.ts';
import { isCanary } from '../topology/canary.ts';

const annotation = ({ metadata }: Ingress, key: string): string | undefined => metadata.annotations?.[key];

/** Ingresses of AWS that share no group have a load balancer each. */
function sharesEntry({ ingress: a }: IngressMatch, { ingress: b }: IngressMatch): boolean {
  const isALB = [a, b].some(({ metadata }) =>
    Object.keys(metadata.annotations ?? {}).some((key) => key.startsWith('alb.ingress.kubernetes.io/')),
  );
  const group = annotation(a, 'alb.ingress.kubernetes.io/group.name');
  return !isALB || (group !== undefined && group === annotation(b, 'alb.ingress.kubernetes.io/group.name'));
}

const backendOf = ({ backend: { service } }: IngressMatch): string =>
  `${service?.name}:${service?.port?.name ?? service?.port?.number}`;

export const ingressConflict = defineCheck({
  id: 'ingress-conflict',
  title: 'One Ingress alone claims the host and path',
  layer: 'Ingress',
  needs: ['ingress', 'request', 'home'],
  reasons: {
    HostPathClaimedTwice: {
      severity: 'Warning',
      owner: 'DevOps',
      message: 'Ingress {winner} also claims {host}{path} and takes its requests before Ingress {loser}',
      fix: 'Take {host}{path} out of Ingress {winner} or Ingress {loser}',
      command: "kubectl -n '{namespace}' get ingress '{loser}' -o yaml",
      explains: ['3xx', '4xx', '5xx', 'TLS', 'Timeout', 'Assertion'],
      leadsTo: ANSWERED_ELSEWHERE,
    },
  },
  run({ ingress: { rivals, candidates }, request, home }, report) {
    const [winner, ...others] = rivals.filter(({ ingress }) => !isCanary(ingress));
    if (winner === undefined) return [];
    const losers = others.filter(
      (rival) =>
        rival.ingress !== winner.ingress &&
        sharesEntry(winner, rival) &&
        backendOf(rival) !== backendOf(winner),
    );
    const isOnlyHome = ({ metadata }: Ingress) =>
      metadata.namespace === home && winner.ingress.metadata.namespace !== home;
    const isMeant = ({ ingress }: IngressMatch) =>
      isOnlyHome(ingress) || (candidates.length === 1 && candidates[0] === ingress);
    const loser = losers.find(isMeant) ?? losers[0];
    if (loser === undefined) return [];
    const { name, namespace = home } = loser.ingress.metadata;
    const at = { kind: 'Ingress', ...winner.ingress.metadata };
    return [
      report('HostPathClaimedTwice', {
        subject: referenceTo({ kind: 'Ingress', ...loser.ingress.metadata }, home, loser.field),
        slots: {
          winner: referenceTo(at, home).ref.slice('Ingress/'.length),
          loser: name,
          namespace,
          host: request.host,
          path: loser.path?.path ?? '/',
        },
        // The probe means the Ingress that it names, or that of its own namespace: whatever is answered comes from the other.
        severity: isMeant(loser) ? 'Error' : 'Warning',
        confidence: isMeant(loser) ? 'High' : 'Medium',
      }),
    ];
  },
});
