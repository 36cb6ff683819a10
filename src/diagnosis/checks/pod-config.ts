import { secondsSince } from '../model/age.ts';
import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { NO_POD_SERVES } from '../model/consequences.ts';
import { eventsAbout } from '../model/events-about.ts';
import type { KubernetesEvent } from '../model/kubernetes.ts';
import type { Pod } from '../model/pod.ts';
import { servingContainers } from '../model/serving-containers.ts';
import { weightAmong } from '../model/serving-pods.ts';

/** Mounting may fail a few times while a Pod starts; after this long it is no accident. */
const PATIENCE_SECONDS = 60;

const REFUSED: ReadonlySet<string | undefined> = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
]);
const NOT_CREATED: ReadonlySet<string | undefined> = new Set(['ContainerCreating', 'PodInitializing']);

type Reason =
  | 'ConfigMapNotFound'
  | 'SecretNotFound'
  | 'ConfigKeyMissing'
  | 'ContainerConfigError'
  | 'VolumeNotMounted'
  | 'PodSandboxFailed';

/** What the kubelet says of missing configuration, in a container's status or in an Event of a volume. */
const MISSING: readonly { readonly pattern: RegExp; readonly reason: Reason }[] = [
  { pattern: /configmaps? "(?<name>[^"]+)" not found/i, reason: 'ConfigMapNotFound' },
  { pattern: /secrets? "(?<name>[^"]+)" not found/i, reason: 'SecretNotFound' },
  { pattern: /find key (?<key>\S+) in (?<name>(ConfigMap|Secret) \S+)/i, reason: 'ConfigKeyMissing' },
  {
    pattern: /for (?<name>volume "[^"]+") ?: .*non-existent \w+ key: (?<key>\S+)/i,
    reason: 'ConfigKeyMissing',
  },
];

/** The kubelet's own words with what they name. */
interface Complaint {
  readonly reason: Reason;
  readonly words: string;
  readonly name: string;
  readonly key: string;
}

function complaint(words: string, otherwise: Reason): Complaint {
  for (const { pattern, reason } of MISSING) {
    const { name = '', key = '' } = pattern.exec(words)?.groups ?? {};
    if (name !== '') return { reason, words, name, key };
  }
  return { reason: otherwise, words, name: '', key: '' };
}

const EVENTS: Readonly<Record<string, Reason>> = {
  FailedMount: 'VolumeNotMounted',
  FailedAttachVolume: 'VolumeNotMounted',
  FailedCreatePodSandBox: 'PodSandboxFailed',
};

/** What the Events of this very Pod say keeps it from starting; a first failure that names nothing may be an accident. */
function complaintInEvents({ metadata, status }: Pod, events: readonly KubernetesEvent[], now: string) {
  const all = eventsAbout('Pod', metadata, events).flatMap(({ reason, message }) => {
    const otherwise = EVENTS[reason];
    return otherwise === undefined ? [] : [complaint(message, otherwise)];
  });
  const named = all.find(({ name }) => name !== '');
  return named ?? (secondsSince(status.startTime, now) > PATIENCE_SECONDS ? all[0] : undefined);
}

export const podConfig = defineCheck({
  id: 'pod-config',
  title: 'What the containers of the Pods are configured with exists',
  layer: 'Pod',
  needs: ['pods', 'observation'],
  wants: ['events'],
  reasons: {
    ConfigMapNotFound: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Pods of {workload} cannot start: ConfigMap {name} does not exist',
      fix: 'Create ConfigMap {name} in namespace {namespace}, or correct its name in {workload}',
      command: "kubectl -n '{namespace}' get configmaps",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: NO_POD_SERVES,
    },
    SecretNotFound: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Pods of {workload} cannot start: Secret {name} does not exist',
      fix: 'Create Secret {name} in namespace {namespace}, or correct its name in {workload}',
      command: "kubectl -n '{namespace}' get secrets",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: NO_POD_SERVES,
    },
    ConfigKeyMissing: {
      severity: 'Error',
      owner: 'Developer',
      message: 'Pods of {workload} cannot start: {name} has no key {key}',
      fix: 'Add key {key}, or correct the key that {workload} asks for',
      command: "kubectl -n '{namespace}' describe '{object}'",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: NO_POD_SERVES,
    },
    ContainerConfigError: {
      severity: 'Error',
      owner: 'Developer',
      message:
        'Pods of {workload} cannot start: the kubelet refuses to create a container as it is configured',
      fix: 'Do what the message of the kubelet asks for',
      command: "kubectl -n '{namespace}' describe '{object}'",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: NO_POD_SERVES,
    },
    VolumeNotMounted: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Pods of {workload} cannot start: a volume cannot be mounted',
      fix: 'Do what the message of the kubelet asks for',
      command: "kubectl -n '{namespace}' get events --field-selector type=Warning",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: NO_POD_SERVES,
    },
    PodSandboxFailed: {
      severity: 'Error',
      owner: 'DevOps',
      layer: 'Node',
      message: 'Pods of {workload} cannot start: the node cannot give them a network',
      fix: 'See the network plugin of the node, and whether it has addresses left',
      command: "kubectl -n '{namespace}' get events --field-selector reason=FailedCreatePodSandBox",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: NO_POD_SERVES,
    },
  },
  run({ pods, observation, events = [] }, report) {
    const weight = weightAmong(pods);
    const containers = servingContainers(pods);
    return containers.flatMap(({ pod, workload: subject, status, names }, index) => {
      const { reason: state, message = '' } = status.state?.waiting ?? {};
      const isFirst = containers[index - 1]?.pod !== pod;
      const found = REFUSED.has(state)
        ? complaint(message, 'ContainerConfigError')
        : isFirst && NOT_CREATED.has(state) && complaintInEvents(pod, events, observation.time);
      if (!found) return [];
      const { reason, words, name, key } = found;
      return [report(reason, { subject, slots: { ...names, name, key }, evidence: [words], ...weight })];
    });
  },
});
