import { type AnswerEvidence, applicationOf, podHops, writtenByApplication } from '../model/answering.ts';
import { defineCheck } from '../model/check.ts';
import { NO_POD_SERVES } from '../model/consequences.ts';
import { type Dependency, isUsable, type Mention } from '../model/dependency.ts';
import type { ObjectReference } from '../model/reference.ts';
import type { PodsEvidence } from '../model/route-evidence.ts';
import { hasCondition, namesOf, servingPods, weightAmong, workloadOf } from '../model/serving-pods.ts';
import { atMostMedium, type Confidence, type Severity } from '../model/vocabulary.ts';
import { faultOf, isProduct, type PodsDown } from './pods-down.ts';

const SYMPTOMS = [500, 502, 503, 504, '5xx', 'Timeout', 'Connection'] as const;

/** What an application does that does not get what it needs. */
const CONSEQUENCES = [
  'ApplicationError',
  'ApplicationUpstreamFails',
  'ApplicationProxyBadGateway',
  'ApplicationUnavailable',
  'ApplicationGatewayTimeout',
  'ApplicationFails',
  'ApplicationSlow',
  'ApplicationHangs',
  'CrashLoop',
  'ContainerRestarted',
  'InitContainerFailing',
  'InitContainerHangs',
  'ReadinessAnswersError',
  'ReadinessTooSlow',
  'ReadinessPortRefused',
  'ReadinessProbeFailing',
  'StartupProbeFailing',
  'EndpointsDisagree',
  ...NO_POD_SERVES,
] as const;

interface Weight {
  readonly severity: Severity;
  readonly confidence: Confidence;
}

const surest = (weights: readonly Weight[]): Weight | undefined =>
  weights.find(({ severity, confidence }) => severity === 'Error' && confidence === 'High') ??
  weights.find(({ severity }) => severity === 'Error') ??
  weights[0];

/** Whether the application itself answered so, or did not answer at all. */
function isAnswerIts(evidence: AnswerEvidence): boolean {
  const { observation } = evidence;
  const { code = 504 } = observation;
  const isWritten = writtenByApplication(evidence, (hop) => hop.code === observation.code) !== undefined;
  if (observation.code !== undefined && code >= 500 && isWritten) return true;
  const answers = [observation, ...podHops(evidence).map((hop) => hop.observation)];
  return (
    code === 504 && answers.some(({ code: said, failure }) => said === undefined && failure?.phase === 'Wait')
  );
}

/** The Pod that said so does not serve. */
const isDown = ({ podName }: Mention, pods: PodsEvidence): boolean =>
  servingPods(pods).some((pod) => pod.metadata.name === podName && !hasCondition(pod, 'Ready'));

/** How much a word of the application proves about what was seen. */
function weightOf(mention: Mention, evidence: AnswerEvidence, isItsAnswer: boolean): readonly Weight[] {
  const confidence: Confidence = mention.isCertain ? 'High' : 'Medium';
  if (isItsAnswer && mention.by !== 'Event') return [{ severity: 'Error', confidence }];
  const { pods } = evidence;
  if (pods === undefined || !isDown(mention, pods)) return [];
  const among = weightAmong(pods);
  return [{ ...among, confidence: mention.isCertain ? among.confidence : 'Medium' }];
}

/** What is said of it directly, and of the Service that says that it does not reach this one. */
function mentionsOf(one: Dependency, all: readonly Dependency[]): readonly Mention[] {
  return one.mentions
    .flatMap(({ through }) => {
      const between = all.find(({ reference }) => reference.ref === through?.ref);
      return between === undefined ? [] : mentionsOf(between, all);
    })
    .concat(one.mentions.filter(({ through }) => through === undefined));
}

/** Services that are down, but for those whose own Pods complain of another that is down. */
function rootsOf(dependencies: readonly Dependency[]): readonly Dependency[] {
  const down = dependencies.filter((one) => !isUsable(one));
  return down.filter(
    ({ reference: { ref } }) =>
      !down.some(({ mentions }) => mentions.some(({ through }) => through?.ref === ref)),
  );
}

const lineOf = ({ by, line, podName }: Mention): string =>
  by === 'Answer' ? `answer: ${line}` : by === 'Log' ? `log of Pod ${podName}: ${line}` : `Event: ${line}`;

/** What its own fault says of whose it is; of a server that teams run and do not write, it is theirs who run it. */
function blameOf({ cause }: PodsDown, { pods }: Dependency) {
  if (cause === undefined) return { owner: 'DevOps', layer: 'Pod' } as const;
  const { owner, layer } = cause;
  return { owner: isProduct(pods) ? ('DevOps' as const) : owner, layer };
}

/** The workload that says so: the application, or what stands behind the Service that the application names. */
function speakerOf(
  { mentions }: Dependency,
  all: readonly Dependency[],
  application: ObjectReference,
): ObjectReference {
  const between = all.find(({ reference }) =>
    mentions.every(({ through }) => through?.ref === reference.ref),
  );
  const [pod] = between === undefined ? [] : servingPods(between.pods);
  return between === undefined || pod === undefined ? application : workloadOf(pod, between.pods);
}

interface Heard extends Weight {
  readonly told: readonly string[];
}

/** What the application says of the Service, where that explains what was seen. */
function heardOf(one: Dependency, all: readonly Dependency[], evidence: AnswerEvidence): Heard | undefined {
  const isItsAnswer = isAnswerIts(evidence);
  const said = mentionsOf(one, all);
  const weight = surest(said.flatMap((mention) => weightOf(mention, evidence, isItsAnswer)));
  return weight && { ...weight, told: [...new Set([...one.mentions, ...said].map(lineOf))] };
}

/** Where nothing tells why Pods are not ready, they may be on their way. */
const notReady = (fault: PodsDown, one: Dependency, { told, confidence, severity }: Heard) => ({
  subject: fault.subject,
  severity,
  confidence: fault.cause === undefined ? atMostMedium(confidence) : confidence,
  evidence: [...told.slice(0, 1), ...fault.evidence],
  ...blameOf(fault, one),
});

const hintOf = ({ nearest }: Dependency): string =>
  nearest === undefined ? '' : `; Service ${nearest} does`;

/** A name near that of a Service is a slip of the pen; any other may be of a search domain of the Nodes. */
const notFound = ({ nearest }: Dependency, { told, confidence, severity }: Heard) => ({
  severity,
  confidence: nearest === undefined ? atMostMedium(confidence) : confidence,
  evidence: told,
});

export const applicationDependency = defineCheck({
  id: 'application-dependency',
  title: 'The Services of the cluster that the application says it does not reach can be reached',
  layer: 'Service',
  needs: ['dependencies', 'observation', 'request', 'home'],
  wants: ['ingress', 'httpRoute', 'service', 'endpoints', 'pods', 'hops'],
  reasons: {
    DependencyNotReady: {
      severity: 'Error',
      owner: 'DevOps',
      message: '{application} says that it does not reach {service}, and no Pod of {workload} is ready',
      fix: '{remedy}',
      command: "kubectl -n '{namespace}' describe '{object}'",
      explains: SYMPTOMS,
      leadsTo: CONSEQUENCES,
    },
    DependencyHasNoEndpoints: {
      severity: 'Error',
      owner: 'DevOps',
      message: '{application} says that it does not reach {service}, behind which no Pod stands',
      fix: 'Set the selector of {service} to the labels of the Pods that should answer, or create these',
      command: "kubectl -n '{namespace}' get services,endpointslices",
      explains: SYMPTOMS,
      leadsTo: CONSEQUENCES,
    },
    DependencyNotFound: {
      severity: 'Error',
      owner: 'Both',
      layer: 'Application',
      message: '{application} looks for {service}, which does not exist{nearest}',
      fix: 'Correct the host name in the configuration of {application}, or create {service}',
      command: "kubectl -n '{namespace}' get services",
      explains: SYMPTOMS,
      leadsTo: CONSEQUENCES,
    },
  },
  run({ dependencies, ...evidence }, report) {
    const { observation, home } = evidence;
    const application = applicationOf(evidence);
    return rootsOf(dependencies).flatMap((one) => {
      const heard = heardOf(one, dependencies, evidence);
      if (heard === undefined) return [];
      const { told, ...weight } = heard;
      const { reference, service } = one;
      const { ref: name, namespace = home } = reference;
      const speaker = speakerOf(one, dependencies, application);
      const slots = { application: speaker.ref, service: name, namespace };
      const said = { ...weight, evidence: told };
      if (service === undefined) {
        const names = { ...slots, nearest: hintOf(one) };
        return [report('DependencyNotFound', { subject: speaker, slots: names, ...notFound(one, heard) })];
      }
      const fault = faultOf(one, observation, home);
      if (fault === undefined)
        return [report('DependencyHasNoEndpoints', { subject: reference, slots, ...said })];
      const names = { ...slots, ...namesOf(fault.workload), remedy: fault.remedy };
      return [report('DependencyNotReady', { slots: names, ...notReady(fault, one, heard) })];
    });
  },
});
