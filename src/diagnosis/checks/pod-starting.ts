import { secondsSince } from '../model/age.ts';
import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { isStarting } from '../model/pod-starting.ts';
import { type ServingContainer, servingContainers } from '../model/serving-containers.ts';

const CREATING: ReadonlySet<string | undefined> = new Set(['ContainerCreating', 'PodInitializing']);

/** What has not come up after this long is not coming, it is stuck. */
const CREATING_SECONDS = 300;

/** One that ran before comes back rather than up, by turns. */
function isComing(one: ServingContainer, now: string): boolean {
  const { state, ready, restartCount } = one.status;
  if (restartCount > 0) return false;
  const isYoung = secondsSince(one.pod.status.startTime, now) < CREATING_SECONDS;
  return (CREATING.has(state?.waiting?.reason) && isYoung) || (!ready && isStarting(one, now));
}

/** Accuses nobody: a rollout, or a Pod that has just been created, is not a fault. */
export const podStarting = defineCheck({
  id: 'pod-starting',
  title: 'The Pods have started',
  layer: 'Pod',
  needs: ['pods', 'observation'],
  reasons: {
    PodStarting: {
      severity: 'Info',
      owner: 'None',
      message: 'A Pod of {workload} is starting',
      explains: GATEWAY_SYMPTOMS,
    },
  },
  run({ pods, observation }, report) {
    const coming = servingContainers(pods).filter((one) => isComing(one, observation.time));
    return coming.map(({ workload, names }) =>
      report('PodStarting', { subject: workload, slots: names, confidence: 'Low' }),
    );
  },
});
