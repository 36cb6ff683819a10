import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { portNumber } from '../model/container-ports.ts';
import { type DialledPod, dialledPods } from '../model/dialled-pods.ts';
import type { PodsEvidence } from '../model/evidence.ts';
import type { ServicePort } from '../model/kubernetes.ts';
import type { Pod } from '../model/pod.ts';
import type { ObjectReference } from '../model/reference.ts';
import { servingPods, workloadOf } from '../model/serving-pods.ts';

/** The Pods of one workload among those that the Service selects. */
interface Group {
  readonly workload: ObjectReference;
  readonly pods: readonly Pod[];
}

function groupsOf(pods: PodsEvidence): readonly Group[] {
  const byRef = Map.groupBy(servingPods(pods), (pod) => workloadOf(pod, pods).ref);
  return [...byRef.values()].flatMap((members) => {
    const [first] = members;
    return first === undefined ? [] : [{ workload: workloadOf(first, pods), pods: members }];
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

export const serviceWorkloads = defineCheck({
  id: 'service-workloads',
  title: 'All workloads that the Service selects serve its port',
  layer: 'Service',
  needs: ['service', 'pods', 'observation', 'home'],
  wants: ['dials'],
  reasons: {
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
  run({ service: { service, port, reference }, pods, observation, home, dials = [] }, report) {
    if (service === undefined || port === undefined) return [];
    const dialled = dialledPods(pods, dials, observation.time);
    const groups = groupsOf(pods).map((group) => ({ ...group, serves: serves(group, port, dialled) }));
    const own = groups.find((group) => group.serves);
    if (own === undefined) return [];
    const { name, namespace = home } = reference;
    return groups
      .filter((group) => group.serves === false)
      .map(({ workload }) =>
        report('SelectorMatchesForeignWorkload', {
          subject: { ...reference, field: 'spec.selector' },
          slots: { service: name, namespace, port: port.port, foreign: workload.ref, own: own.workload.ref },
          evidence: [`${workload.ref} does not serve port ${port.targetPort ?? port.port}`],
        }),
      );
  },
});
