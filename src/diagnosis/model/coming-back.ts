import { secondsSince } from './age.ts';
import { isRecent, lastEnd, mayBeKilled } from './container-end.ts';
import { declaredPorts } from './container-ports.ts';
import { STARTED_SECONDS } from './dialled-pods.ts';
import type { Evidence } from './evidence.ts';
import type { ContainerStateTerminated } from './pod.ts';
import type { Dial } from './route-evidence.ts';
import { type ServingContainer, servingContainers } from './serving-containers.ts';
import { PROVED, weightAmong } from './serving-pods.ts';

type Seen = Pick<Evidence, 'pods' | 'observation'> & Partial<Pick<Evidence, 'dials'>>;

/** By its own declaration; a port that nobody declares can only be that of a Pod's sole container. */
function opens({ pod, container }: ServingContainer, port: number): boolean {
  const { ports = [] } = container;
  const isSole = pod.spec.containers.length === 1 && declaredPorts(pod).length === 0;
  return isSole || ports.some(({ containerPort }) => containerPort === port);
}

const isRefused = (one: ServingContainer, dials: readonly Dial[]): boolean =>
  dials.some(
    ({ podName, port, result, alternative }) =>
      !alternative && result === 'Refused' && podName === one.pod.metadata.name && opens(one, port),
  );

/** What the kubelet killed for a probe may be down because nobody listens, and not the other way round. */
const endedByItself = (one: ServingContainer, end: ContainerStateTerminated): boolean =>
  end.reason === 'OOMKilled' || !mayBeKilled(one, end);

/**
 * Whether a container that ended was started again a moment ago and has not opened its port yet: without a readiness
 * probe its Pod counts as ready all the same.
 */
export function isComingBack(one: ServingContainer, { observation, dials = [] }: Seen): boolean {
  const end = lastEnd(one);
  if (one.isInit || end === undefined || !endedByItself(one, end)) return false;
  const { startedAt } = one.status.state?.running ?? {};
  return (
    isRecent(end, observation.time) &&
    secondsSince(startedAt, observation.time) < STARTED_SECONDS &&
    isRefused(one, dials)
  );
}

/** How heavy a Pod's fault is among the others: those that come back serve as little as those that are not ready. */
export function weightAmongServing(seen: Seen): ReturnType<typeof weightAmong> {
  const comingBack = new Set(
    servingContainers(seen.pods)
      .filter((one) => isComingBack(one, seen))
      .map(({ pod }) => pod),
  );
  const pods = seen.pods.pods.filter((pod) => !comingBack.has(pod));
  return pods.length === 0 ? PROVED : weightAmong({ ...seen.pods, pods });
}
