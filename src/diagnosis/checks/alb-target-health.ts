import { podHops } from '../model/answering.ts';
import type { TargetGroup } from '../model/aws.ts';
import { awsReference, quotable } from '../model/aws-reference.ts';
import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { NO_TARGET_ANSWERS } from '../model/consequences.ts';
import type { Evidence } from '../model/evidence.ts';
import type { Ingress } from '../model/kubernetes.ts';
import { type ObjectReference, referenceTo } from '../model/reference.ts';
import { namesOf, workloadOf } from '../model/serving-pods.ts';
import { type AlbTarget, healthOnRoute, type SeenGroup } from '../topology/alb-targets.ts';

/** AWS' own words for why a target is not healthy, and ours. */
const REASONS = {
  'Target.ResponseCodeMismatch': 'TargetResponseCodeMismatch',
  'Target.Timeout': 'TargetHealthTimeout',
  'Target.FailedHealthChecks': 'TargetHealthCheckFailed',
  'Target.NotRegistered': 'TargetNotRegistered',
  'Target.NotInUse': 'TargetNotInUse',
  'Target.InvalidState': 'TargetStopped',
  'Target.IpUnusable': 'TargetAddressUnusable',
  'Target.DeregistrationInProgress': 'TargetDraining',
  'Target.HealthCheckDisabled': 'TargetHealthUnknown',
  'Elb.InternalError': 'TargetHealthUnknown',
  'Elb.RegistrationInProgress': 'TargetStarting',
  'Elb.InitialHealthChecking': 'TargetStarting',
} as const;

/** Targets that get requests for want of better ones; unused ones get none. */
const UNHEALTHY: ReadonlySet<string> = new Set([
  'Target.ResponseCodeMismatch',
  'Target.Timeout',
  'Target.FailedHealthChecks',
]);

const HEALTH_CHECK_PATH = 'alb.ingress.kubernetes.io/healthcheck-path';

const targets = <const Says extends string, const Fix extends string>(message: Says, fix: Fix) =>
  ({
    severity: 'Error',
    owner: 'DevOps',
    message,
    fix,
    command: '{command}',
    explains: GATEWAY_SYMPTOMS,
    leadsTo: ['ReadinessGateFalse', 'TargetGroupFailsOpen', ...NO_TARGET_ANSWERS],
  }) as const;

const askedPath = ({ group }: SeenGroup, ingress: Ingress | undefined): string =>
  group?.HealthCheckPath ?? ingress?.metadata.annotations?.[HEALTH_CHECK_PATH] ?? '/';

/** What the kubelet asks, and finds well. */
const readinessPath = (sick: readonly AlbTarget[]): string | undefined =>
  sick
    .flatMap(({ pod }) => pod?.spec.containers ?? [])
    .flatMap(({ readinessProbe }) => readinessProbe?.httpGet?.path ?? [])[0];

const showHealth = (name: string, group: TargetGroup | undefined): string =>
  group === undefined
    ? `aws elbv2 describe-target-groups --names '${quotable(name)}'`
    : `aws elbv2 describe-target-health --target-group-arn '${quotable(group.TargetGroupArn)}'`;

/** Where the controller takes the path from, else in AWS itself. */
function setPath(path: string, group: TargetGroup | undefined, { alb, home }: Place): string | undefined {
  if (alb.ingress !== undefined) {
    const { name, namespace = home } = alb.ingress.metadata;
    return `kubectl -n '${namespace}' annotate ingress '${name}' --overwrite '${HEALTH_CHECK_PATH}=${path}'`;
  }
  const arn = group && quotable(group.TargetGroupArn);
  return arn && `aws elbv2 modify-target-group --target-group-arn '${arn}' --health-check-path '${path}'`;
}

type Place = Pick<Evidence, 'alb' | 'home'>;
type Asked = Partial<Pick<Evidence, 'hops' | 'endpoints' | 'pods'>>;

function statement(one: SeenGroup, sick: readonly AlbTarget[], place: Place) {
  const { ingress } = place.alb;
  const isAboutPath = sick.some(({ reason }) => reason === 'Target.ResponseCodeMismatch');
  const path = readinessPath(sick) ?? '';
  const isBetter = path !== '' && path !== askedPath(one, ingress);
  const canSet = isAboutPath && isBetter && path === quotable(path);
  const mending = canSet ? setPath(path, one.group, place) : undefined;
  const field = `metadata.annotations['${HEALTH_CHECK_PATH}']`;
  return {
    subject:
      isAboutPath && ingress !== undefined
        ? referenceTo({ kind: 'Ingress', ...ingress.metadata }, place.home, field)
        : awsReference('TargetGroup', one.name),
    slots: {
      group: one.name,
      path: askedPath(one, ingress),
      suggested: isBetter ? path : 'one that neither redirects nor asks for sign-in',
      command: mending ?? showHealth(one.name, one.group),
    },
    evidence: sick.map(({ ref, reason, description }) => `${ref}: ${description || reason}`),
  };
}

/** The codes of the last health check, as AWS words them. */
const codesIn = ({ description }: AlbTarget): readonly number[] =>
  (/with these codes: \[([\d, ]+)\]/.exec(description)?.[1] ?? '').split(',').map(Number);

/**
 * Whether the targets fail themselves: a 5xx is what they say of their own state. An application that serves well, or that
 * the kubelet asks at another path and finds well, is merely asked at the wrong one, unless it fails when it is asked directly.
 */
function failThemselves(
  one: SeenGroup,
  sick: readonly AlbTarget[],
  asked: Asked,
  { ingress }: Place['alb'],
): boolean {
  if (!sick.flatMap(codesIn).every((code) => code >= 500)) return false;
  const answers = podHops(asked).flatMap(({ observation: { code } }) => code ?? []);
  if (answers.length > 0) return answers.some((code) => code >= 500);
  const path = readinessPath(sick);
  return path === undefined || path === askedPath(one, ingress);
}

/** The workload of the targets that fail, as far as their Pods are known. */
function failing(one: SeenGroup, sick: readonly AlbTarget[], { pods }: Asked, place: Place) {
  const pod = sick.flatMap((target) => target.pod ?? [])[0];
  const { slots, evidence } = statement(one, sick, place);
  const subject: ObjectReference =
    pod === undefined || pods === undefined ? awsReference('TargetGroup', one.name) : workloadOf(pod, pods);
  const { namespace, object } = namesOf(subject);
  const command =
    pod === undefined ? showHealth(one.name, one.group) : `kubectl -n '${namespace}' logs '${object}'`;
  // Whether its own code wrote it or a proxy inside the Pod, the load balancer does not tell.
  return {
    subject,
    slots: { ...slots, workload: subject.ref, command },
    evidence,
    confidence: 'Medium' as const,
  };
}

/** A target that starts may turn healthy at any moment. */
function weight(name: string, { targets, group }: SeenGroup) {
  const someServe = targets.some(({ healthy }) => healthy);
  // Nodes without a Pod of the Service are unhealthy on purpose where it is meant to be reached on its own nodes only.
  if (someServe && group?.TargetType === 'instance') return { severity: 'Info' } as const;
  if (someServe) return { severity: 'Warning', confidence: 'Medium' } as const;
  return name === 'TargetStarting' ? ({ confidence: 'Medium' } as const) : {};
}

export const albTargetHealth = defineCheck({
  id: 'alb-target-health',
  title: 'The load balancer finds its targets healthy',
  layer: 'LoadBalancer',
  needs: ['healthCheckedBy', 'home'],
  wants: ['targetGroups', 'targetGroupBindings', 'pods', 'endpoints', 'hops'],
  reasons: {
    TargetResponseCodeMismatch: targets(
      'The health check of target group {group} asks {path} and gets a code that it does not expect',
      'Let the health check ask a path that answers with the expected code, such as {suggested}, or change success-codes',
    ),
    TargetAnswersServerError: {
      ...targets(
        '{workload} answers the health check of target group {group} at {path} with an error of its own',
        'See in the log of {workload} what it waits for or misses',
      ),
      owner: 'Developer',
      layer: 'Application',
    },
    TargetHealthTimeout: targets(
      'The health check of target group {group} gets no answer in time',
      'Let the security groups of nodes and Pods admit the load balancer, and see whether {path} answers quickly',
    ),
    TargetHealthCheckFailed: targets(
      'The health check of target group {group} gets no connection or no valid answer',
      'Compare port and protocol of the health check of {group} with what the Pods listen on',
    ),
    TargetNotRegistered: targets(
      'Targets of target group {group} are not registered with it',
      'See in the Events of the TargetGroupBinding why the controller does not register them with {group}',
    ),
    TargetNotInUse: targets(
      'Target group {group} is used by no rule, or its zone is not enabled for the load balancer',
      'Let a rule send to {group}, and give the load balancer a subnet in the zones of its targets',
    ),
    TargetStopped: targets(
      'Targets of target group {group} are instances that are stopped or terminated',
      'Take the stopped instances out of {group}, or start them',
    ),
    TargetAddressUnusable: targets(
      'Targets of target group {group} have an address that a load balancer itself uses',
      'Register the addresses of the Pods with {group}',
    ),
    TargetDraining: targets(
      'Targets of target group {group} are being taken out of it',
      'See whether new Pods are registered with {group} before old ones are taken out',
    ),
    TargetHealthUnknown: {
      ...targets(
        'The load balancer does not tell the health of the targets of {group}',
        'See whether the health check of {group} is switched off, and ask AWS if it is not',
      ),
      severity: 'Warning',
    },
    TargetStarting: targets(
      'Targets of target group {group} are new and not yet found healthy',
      'Wait until the load balancer has checked the targets of {group}',
    ),
    NoTargetsRegistered: {
      ...targets(
        'Target group {group} has no targets, although Pods are ready',
        'See in the Events of the TargetGroupBinding why no Pod is registered with {group}',
      ),
      leadsTo: ['ApplicationClosesConnection', 'ApplicationSlow', ...NO_TARGET_ANSWERS],
    },
    TargetGroupFailsOpen: {
      ...targets(
        'No target of {group} is healthy, so the load balancer sends requests to all of them',
        'Mend what the health check of {group} complains of',
      ),
      severity: 'Info',
      leadsTo: [],
    },
  },
  run({ healthCheckedBy: alb, home, ...seen }, report) {
    const place = { alb, home };
    return healthOnRoute(seen).flatMap((one) => {
      if (one.targets.length === 0) {
        const isReady = (seen.endpoints ?? []).some(({ ready }) => ready);
        return isReady ? [report('NoTargetsRegistered', statement(one, [], place))] : [];
      }
      const findings = Object.entries(REASONS).flatMap(([word, name]) => {
        const sick = one.targets.filter(({ healthy, reason }) => !healthy && reason === word);
        if (sick.length === 0) return [];
        const weighed = weight(name, one);
        if (name === 'TargetResponseCodeMismatch' && failThemselves(one, sick, seen, alb))
          return [report('TargetAnswersServerError', { ...weighed, ...failing(one, sick, seen, place) })];
        return [report(name, { ...statement(one, sick, place), ...weighed })];
      });
      const failsOpen = one.group !== undefined && one.targets.every(({ reason }) => UNHEALTHY.has(reason));
      return failsOpen ? [...findings, report('TargetGroupFailsOpen', statement(one, [], place))] : findings;
    });
  },
});
