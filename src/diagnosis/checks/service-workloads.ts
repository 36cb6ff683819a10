import { podHops } from '../model/answering.ts';
import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { APPLICATION_REASONS } from '../model/consequences.ts';
import { portNumber } from '../model/container-ports.ts';
import { type DialledPod, dialledAmong } from '../model/dialled-pods.ts';
import type { Evidence } from '../model/evidence.ts';
import type { ServicePort } from '../model/kubernetes.ts';
import type { Observation } from '../model/observation.ts';
import type { Pod } from '../model/pod.ts';
import type { ObjectReference } from '../model/reference.ts';
import type { PodsEvidence, ServiceEvidence } from '../model/route-evidence.ts';
import { jobPods, servingPods, workloadOf } from '../model/serving-pods.ts';
import type { Confidence } from '../model/vocabulary.ts';
import type { WorkloadsEvidence } from '../model/workloads-evidence.ts';

/** The Pods of one workload among those that the Service selects. */
interface Group {
  readonly workload: ObjectReference;
  readonly pods: readonly Pod[];
}

function groupsOf(members: readonly Pod[], pods: PodsEvidence): readonly Group[] {
  const byRef = Map.groupBy(members, (pod) => workloadOf(pod, pods).ref);
  return [...byRef.values()].flatMap((own) => {
    const [first] = own;
    return first === undefined ? [] : [{ workload: workloadOf(first, pods), pods: own }];
  });
}

/** Whether the Pods of a workload serve the port: by name, unless a dial refutes it, or by dial. */
function serves({ pods }: Group, port: ServicePort, dialled: readonly DialledPod[]): boolean | undefined {
  const target = port.targetPort ?? port.port;
  if (pods.every((pod) => portNumber(pod, target) === undefined)) return false;
  const own = dialled.filter(({ pod }) => pods.includes(pod));
  if (own.length > 0) return own.some(({ refused }) => !refused);
  return typeof target === 'string' ? true : undefined;
}

/** The workload of the Service's name, which runs unselected while another that has a Service of its own is selected. */
function namesake(
  { workload }: Group,
  { reference: { name }, otherServices }: ServiceEvidence,
  { others }: WorkloadsEvidence,
): string | undefined {
  const own = others.find(
    ({ metadata, spec }) =>
      metadata.name === name && (metadata.ownerReferences ?? []).length === 0 && spec.replicas !== 0,
  );
  const isAnothers = workload.name !== name && otherServices.includes(workload.name);
  return own !== undefined && isAnothers ? `${own.kind}/${name}` : undefined;
}

/** The images without their tags: of whatever version, the same application. */
const imagesOf = ({ pods }: Group): readonly string[] =>
  pods.flatMap(({ spec }) => spec.containers.map(({ image = '' }) => image.replace(/[:@][^/]*$/, '')));

type Answers = Pick<Evidence, 'observation'> & Partial<Pick<Evidence, 'hops' | 'endpoints'>>;

/** What another application answers to a request that is not for it; a fault or a limit may be that of one version, too. */
const isStrangers = ({ code = 0, failure }: Observation): boolean =>
  failure?.phase === 'Assert' && failure.reason !== 'UnexpectedStatus'
    ? code < 400 && failure.reason !== 'TooSlow'
    : code < 500 && ![0, 408, 409, 413, 429].includes(code);

const isSameAnswer = (seen: Observation, hop: Observation): boolean =>
  !hop.success && hop.code === seen.code && hop.failure?.reason === seen.failure?.reason;

/** Two applications of which one answers as expected, and every Pod of the other as the probe was answered. */
function applicationsApart(groups: readonly Group[], { observation: seen, ...behind }: Answers) {
  if (!isStrangers(seen)) return undefined;
  const answered = groups.map((group) => {
    const names = group.pods.map(({ metadata }) => metadata.name);
    const answers = podHops(behind).filter(({ podName = '' }) => names.includes(podName));
    return { ...group, answers: answers.map(({ observation }) => observation) };
  });
  const asked = answered.filter(({ answers }) => answers.length > 0);
  const own = asked.find(({ answers }) => answers.every(({ success }) => success));
  const foreign = asked.find(({ answers }) => answers.every((hop) => isSameAnswer(seen, hop)));
  if (own === undefined || foreign === undefined) return undefined;
  const others = imagesOf(foreign);
  return imagesOf(own).some((image) => others.includes(image)) ? undefined : { own, foreign };
}

/** What is said of two applications behind one Service. */
function saidOf(
  { own, foreign }: { own: Group; foreign: Group },
  { otherServices }: ServiceEvidence,
  seen: Observation,
) {
  const { code, failure } = seen;
  const isAboutCode = failure === undefined || failure.reason === 'UnexpectedStatus';
  // A route that is not there is another application's; what is merely otherwise may be wanted of a new version.
  const isProved = code === 404 || code === 405 || otherServices.includes(foreign.workload.name);
  const confidence: Confidence = isProved ? 'High' : 'Medium';
  return {
    names: {
      own: own.workload.ref,
      foreign: foreign.workload.ref,
      otherwise: isAboutCode ? `with ${code}` : 'otherwise',
    },
    weight: { evidence: isAboutCode ? [] : [failure.message], confidence },
  };
}

export const serviceWorkloads = defineCheck({
  id: 'service-workloads',
  title: 'All workloads that the Service selects serve its port',
  layer: 'Service',
  needs: ['service', 'pods', 'observation', 'home'],
  wants: ['dials', 'workloads', 'hops', 'endpoints'],
  reasons: {
    SelectorMatchesOtherWorkload: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Service {service} selects Pods of {other}, which has a Service of its own, and none of {own}',
      fix: 'Set the selector of Service {service} to the labels of the Pods of {own}',
      command: "kubectl -n '{namespace}' get pods --show-labels",
      explains: [404, 405, 'Assertion', ...GATEWAY_SYMPTOMS],
      leadsTo: ['TargetPortNotOpen', 'TargetPortNameUnknown', 'NoEndpoints', ...APPLICATION_REASONS],
    },
    SelectorMatchesTwoApplications: {
      severity: 'Error',
      owner: 'DevOps',
      message:
        'Service {service} selects Pods of two applications: {own} answers as expected, and {foreign} {otherwise}',
      fix: 'Give the Pods of {own} a label of their own, and add it to the selector of Service {service}',
      command: "kubectl -n '{namespace}' get pods --show-labels",
      explains: ['3xx', '4xx', 'Assertion'],
      leadsTo: [
        'EndpointsDisagree',
        'ApplicationUnauthorized',
        'ApplicationMethodNotAllowed',
        ...APPLICATION_REASONS,
      ],
    },
    SelectorMatchesForeignWorkload: {
      severity: 'Warning',
      owner: 'DevOps',
      message:
        'Service {service} also selects Pods of {foreign}, which do not serve port {port} as those of {own} do',
      fix: 'Give the Pods of {own} a label of their own, and add it to the selector of Service {service}',
      command: "kubectl -n '{namespace}' get pods --show-labels",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: ['TargetPortNotOpen', 'TargetPortNameUnknown', 'DeclaredPortNotOpen', 'EndpointsDisagree'],
    },
  },
  run({ service: route, pods, workloads, observation, home, dials = [], ...behind }, report) {
    const { service, port, reference } = route;
    if (service === undefined || port === undefined) return [];
    const subject = { ...reference, field: 'spec.selector' };
    const { name, namespace = home } = reference;
    const serving = servingPods(pods);
    // A Job's Pod among the endpoints does harm only where it refuses what it is sent.
    const refusing = dialledAmong(jobPods(pods), dials, observation.time).filter(({ refused }) => refused);
    const dialled = [...dialledAmong(serving, dials, observation.time), ...refusing];
    const members = [...serving, ...refusing.map(({ pod }) => pod)];
    const groups = groupsOf(members, pods).map((group) => ({
      ...group,
      serves: serves(group, port, dialled),
    }));
    const [first] = groups;
    if (groups.length === 1 && first !== undefined) {
      const own = workloads && namesake(first, route, workloads);
      if (own === undefined) return [];
      const slots = { service: name, namespace, own, other: first.workload.ref };
      return [report('SelectorMatchesOtherWorkload', { subject, slots, confidence: 'Medium' })];
    }
    const apart = applicationsApart(groups, { observation, ...behind });
    if (apart !== undefined) {
      const { names, weight } = saidOf(apart, route, observation);
      const slots = { service: name, namespace, ...names };
      return [report('SelectorMatchesTwoApplications', { subject, slots, ...weight })];
    }
    const own = groups.find((group) => group.serves);
    if (own === undefined) return [];
    return groups
      .filter((group) => group.serves === false)
      .map(({ workload }) =>
        report('SelectorMatchesForeignWorkload', {
          subject,
          slots: { service: name, namespace, port: port.port, foreign: workload.ref, own: own.workload.ref },
          evidence: [`${workload.ref} does not serve port ${port.targetPort ?? port.port}`],
        }),
      );
  },
});
