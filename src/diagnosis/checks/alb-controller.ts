import { defineCheck, type Symptom } from '../model/check.ts';
import type { Ingress } from '../model/kubernetes.ts';
import { isHostUnknown, type Observation } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';
import { blamedIngress, causeIn, deniedAction, standingComplaint } from '../topology/controller-events.ts';

/** What of the controller's complaints is mended how. */
const REMEDIES: readonly (readonly [pattern: RegExp, remedy: string])[] = [
  [
    /auto-discover subnets/,
    'Tag two subnets with kubernetes.io/role/elb or kubernetes.io/role/internal-elb, or name them',
  ],
  [/no certificate found/, 'Import a certificate for the host into ACM, or name one with certificate-arn'],
  [/conflicting/, 'Give all Ingresses of the group the same value'],
  [/SSLRedirect/, 'List the port of ssl-redirect in listen-ports'],
  [/port is empty|NodePort/, 'Set target-type to ip, or give the Service the type NodePort'],
  [/WebACL/, 'Name a regional web ACL that exists'],
  [/TooMany|LimitExceeded|quota/i, 'Raise the quota of the account, or need fewer rules and targets'],
  [/annotation/, 'Mend the annotation that is named'],
  [/[Cc]ertificate/, 'Name a certificate of ACM in the same region that is issued'],
];

const remedyFor = (message: string): string =>
  REMEDIES.find(([pattern]) => pattern.test(message))?.[1] ?? 'Mend what the controller complains of';

/** The old configuration stays, or there never was one. */
const STALE: readonly Symptom[] = ['NoAddress', 'DNS', 'Connection', 'Timeout', 'TLS', '3xx', '4xx', '5xx'];
const FOLLOWS = [
  'IngressHasNoAddress',
  'ALBListenerNotFound',
  'ALBRuleNotFound',
  'TargetNotInUse',
  'NoTargetsRegistered',
  'HostHasNoTLS',
] as const;

const complaint = <const Says extends string>(says: Says) =>
  ({
    severity: 'Error',
    owner: 'DevOps',
    message: `The load balancer controller cannot ${says} Ingress {ingress}: {cause}`,
    fix: '{remedy}',
    command: "kubectl -n '{namespace}' describe ingress '{object}'",
    explains: STALE,
    leadsTo: FOLLOWS,
  }) as const;

/** What was deployed before goes on serving: only an Ingress without an address proves that this is why. */
const isWhy = (observation: Observation, { status }: Ingress): boolean =>
  observation.failure?.reason === 'NoAddress' ||
  (isHostUnknown(observation) && (status?.loadBalancer?.ingress ?? []).length === 0);

export const albController = defineCheck({
  id: 'alb-controller',
  title: 'The load balancer controller has taken up the Ingress',
  layer: 'LoadBalancer',
  needs: ['alb', 'events', 'observation', 'home'],
  reasons: {
    ALBModelFailed: complaint('make a load balancer of'),
    ALBDeployFailed: complaint('deploy the load balancer of'),
  },
  run({ alb, events, observation, home }, report) {
    const reasons = { FailedBuildModel: 'ALBModelFailed', FailedDeployModel: 'ALBDeployFailed' } as const;
    const member = alb.ingress;
    const event = member && standingComplaint('Ingress', member, events, Object.keys(reasons));
    if (member === undefined || event === undefined || deniedAction(event.message) !== undefined) return [];
    const culprit = blamedIngress(event.message) ?? member.metadata;
    const { name: object, namespace = home } = culprit;
    const cause = causeIn(event.message);
    return [
      report(reasons[event.reason as keyof typeof reasons], {
        subject: referenceTo({ ...culprit, kind: 'Ingress' }, home),
        slots: { ingress: member.metadata.name, namespace, object, cause, remedy: remedyFor(event.message) },
        confidence: isWhy(observation, member) ? 'High' : 'Medium',
      }),
    ];
  },
});
