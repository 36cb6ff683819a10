import { podHops } from '../model/answering.ts';
import { defineCheck } from '../model/check.ts';
import { failureReason } from '../model/observation.ts';
import type { Pod } from '../model/pod.ts';
import type { HopAnswer, PodsEvidence } from '../model/route-evidence.ts';
import { namesOf, workloadOf } from '../model/serving-pods.ts';
import type { Owner } from '../model/vocabulary.ts';

/** What Pods of one Service may differ in, the most telling first, and who mends such a difference. */
const TRAITS: readonly {
  readonly name: string;
  readonly owner: Owner;
  readonly of: (pod: Pod) => string;
}[] = [
  {
    name: 'image',
    owner: 'Developer',
    of: ({ spec }) => spec.containers.map(({ image }) => image).join(', '),
  },
  {
    name: 'ReplicaSet',
    owner: 'Developer',
    of: ({ metadata }) => metadata.labels?.['pod-template-hash'] ?? '',
  },
  { name: 'node', owner: 'DevOps', of: ({ spec }) => spec.nodeName ?? '' },
];

/** The first trait that all failing Pods share and no other has. */
function difference(failing: readonly Pod[], others: readonly Pod[]) {
  for (const { name, owner, of } of TRAITS) {
    const shared = new Set(failing.map(of));
    const [value = ''] = shared;
    if (shared.size === 1 && value !== '' && others.every((pod) => of(pod) !== value))
      return { owner, what: `${name} ${value}` };
  }
  return undefined;
}

const podsOf = (hops: readonly HopAnswer[], { pods }: PodsEvidence): readonly Pod[] =>
  pods.filter(({ metadata }) => hops.some(({ podName }) => podName === metadata.name));

export const flapping = defineCheck({
  id: 'flapping',
  title: 'The endpoints answer alike',
  layer: 'Pod',
  needs: ['hops', 'pods', 'endpoints'],
  reasons: {
    EndpointsDisagree: {
      severity: 'Warning',
      owner: 'Unknown',
      message: 'Some Pods of {workload} fail and others answer as expected; the failing ones {difference}',
      fix: 'Compare the failing Pods with the others',
      command: "kubectl -n '{namespace}' get pods -o wide",
      explains: ['3xx', '4xx', '5xx', 'Connection', 'Timeout', 'Assertion'],
    },
  },
  run({ pods, ...evidence }, report) {
    const asked = podHops(evidence).filter(
      ({ observation }) => observation.failure?.reason !== 'ConnectTimeout',
    );
    const failing = asked.filter(({ observation }) => !observation.success);
    const answering = asked.filter(({ observation }) => observation.success);
    const failed = podsOf(failing, pods);
    const [first] = failed;
    if (first === undefined || answering.length === 0) return [];
    const subject = workloadOf(first, pods);
    const apart = difference(failed, podsOf(answering, pods));
    return [
      report('EndpointsDisagree', {
        subject,
        slots: {
          ...namesOf(subject),
          difference: apart ? `alone have ${apart.what}` : 'have nothing in common',
        },
        evidence: failing.map(({ ref, observation }) => `${ref}: ${failureReason(observation)}`),
        confidence: 'Medium',
        ...(apart === undefined ? {} : { owner: apart.owner }),
      }),
    ];
  },
});
