import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { NO_POD_SERVES } from '../model/consequences.ts';
import { eventsAbout, isAboutContainer } from '../model/events-about.ts';
import type { KubernetesEvent } from '../model/kubernetes.ts';
import { type ServingContainer, servingContainers } from '../model/serving-containers.ts';
import { fieldOf, weightAmong } from '../model/serving-pods.ts';

/** `waiting.reason` of a container whose image the kubelet does not have. */
const WAITING: ReadonlySet<string | undefined> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);

/** What container runtimes and registries say; the first that matches wins. */
const CAUSES: readonly { readonly pattern: RegExp; readonly cause: string; readonly remedy: string }[] = [
  {
    pattern: /ErrImageNeverPull|pull policy of Never/,
    cause: 'it is not on the node and its pull policy is Never',
    remedy: 'Load the image onto the node, or set imagePullPolicy to IfNotPresent',
  },
  {
    pattern: /InvalidImageName|couldn't parse image|invalid reference format/,
    cause: 'its name is not a valid image name',
    remedy: 'Correct the name of the image',
  },
  {
    pattern: /no match for platform|no matching manifest/,
    cause: 'it does not exist for the architecture of the node',
    remedy: 'Build the image for the architecture of the node',
  },
  {
    pattern: /toomanyrequests|rate limit/i,
    cause: 'the registry limits the rate of pulls',
    remedy: 'Pull with credentials or through a mirror',
  },
  {
    pattern: /repository does not exist or may require/i,
    cause: 'it does not exist, or the registry asks for credentials',
    remedy: 'Correct the name of the image, or give the Pods an imagePullSecret for the registry',
  },
  {
    pattern:
      /unauthorized|authentication required|authorization failed|\bdenied\b|40[13] (Unauthorized|Forbidden)|no basic auth/i,
    cause: 'the registry does not authorise the pull',
    remedy: 'Give the Pods an imagePullSecret that may pull the image',
  },
  {
    pattern:
      /dial tcp|no such host|i\/o timeout|connection refused|deadline exceeded|x509|TLS handshake|to HTTPS client|RegistryUnavailable/i,
    cause: 'the registry cannot be reached from the node',
    remedy: 'Open the way from the node to the registry, or correct the name of the registry',
  },
  {
    pattern: /not found|manifest unknown|name unknown/i,
    cause: 'the registry has no such image or tag',
    remedy: 'Correct the name or tag of the image, or push it',
  },
];

const UNKNOWN = {
  cause: 'see the Events of its Pods',
  remedy: 'Do what the message of the kubelet asks for',
};

/** The kubelet's own words; back-off hides them in the status of older kubelets, Events still have them. */
function wordsFor({ pod, container, status }: ServingContainer, events: readonly KubernetesEvent[]) {
  const { reason = '', message = '' } = status.state?.waiting ?? {};
  const failed = eventsAbout('Pod', pod.metadata, events).find(
    (event) =>
      event.reason === 'Failed' &&
      isAboutContainer(event, container.name) &&
      event.message.startsWith('Failed to pull image'),
  );
  return [`${reason}: ${message}`, ...(failed === undefined ? [] : [failed.message])];
}

export const podImage = defineCheck({
  id: 'pod-image',
  title: 'The images of the Pods can be pulled',
  layer: 'Pod',
  needs: ['pods'],
  wants: ['events'],
  reasons: {
    ImagePullFailed: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Image {image} of container {container} of {workload} cannot be pulled: {cause}',
      fix: '{remedy}',
      command: "kubectl -n '{namespace}' get events --field-selector reason=Failed",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: NO_POD_SERVES,
    },
  },
  run({ pods, events = [] }, report) {
    const weight = weightAmong(pods);
    const lacking = servingContainers(pods).filter(({ status }) =>
      WAITING.has(status.state?.waiting?.reason),
    );
    return lacking.map((one) => {
      const { workload, container, field, names } = one;
      const words = wordsFor(one, events);
      const { cause, remedy } = CAUSES.find(({ pattern }) => pattern.test(words.join('\n'))) ?? UNKNOWN;
      const image = container.image ?? 'without a name';
      return report('ImagePullFailed', {
        subject: fieldOf(workload, `${field}.image`),
        slots: { ...names, image, cause, remedy },
        observed: image,
        evidence: words,
        ...weight,
      });
    });
  },
});
