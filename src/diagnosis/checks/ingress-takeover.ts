import { podHops } from '../model/answering.ts';
import { defineCheck } from '../model/check.ts';
import { ANSWERED_ELSEWHERE } from '../model/consequences.ts';
import type { Evidence } from '../model/evidence.ts';
import { answeredByApplication } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';
import { displacedBy } from '../topology/displaced-ingress.ts';

/** Whether the other application said so, and not a controller that does not know the rule yet. */
const isWrittenThere = ({
  observation,
  ...behind
}: Pick<Evidence, 'observation'> & Partial<Pick<Evidence, 'hops' | 'endpoints'>>): boolean =>
  answeredByApplication(observation) ||
  podHops(behind).some(({ observation: { code } }) => code === observation.code);

export const ingressTakeover = defineCheck({
  id: 'ingress-takeover',
  title: 'No new Ingress of another namespace takes the requests of an older one',
  layer: 'Ingress',
  needs: ['ingress', 'request', 'observation', 'failingSince', 'home'],
  wants: ['hops', 'endpoints'],
  reasons: {
    PathTakenByNewIngress: {
      severity: 'Error',
      owner: 'DevOps',
      message:
        'Ingress {winner} is new and takes requests for {host}{path} from Ingress {loser}, which took them before the failure began',
      fix: 'Take {path} of {host} out of Ingress {winner}, or let its application answer what {loser} answered',
      command: "kubectl -n '{namespace}' get ingress '{name}' -o yaml",
      explains: [404, 405],
      leadsTo: [...ANSWERED_ELSEWHERE, 'ApplicationMethodNotAllowed'],
    },
  },
  run({ ingress: route, request, failingSince, home, ...seen }, report) {
    const { match } = route;
    const loser = displacedBy(route, request, home, failingSince);
    if (match === undefined || loser === undefined || !isWrittenThere(seen)) return [];
    const { name, namespace = home } = match.ingress.metadata;
    const subject = referenceTo({ kind: 'Ingress', ...match.ingress.metadata }, home, match.field);
    return [
      report('PathTakenByNewIngress', {
        subject,
        slots: {
          winner: subject.ref.slice('Ingress/'.length),
          loser: loser.ingress.metadata.name,
          host: request.host,
          path: match.path?.path ?? '/',
          name,
          namespace,
        },
        evidence: [
          `${subject.ref} was created at ${match.ingress.metadata.creationTimestamp}, the failure began at ${failingSince}`,
        ],
        confidence: 'Medium',
      }),
    ];
  },
});
