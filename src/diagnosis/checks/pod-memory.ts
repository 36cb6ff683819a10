import { secondsSince } from '../model/age.ts';
import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { PROCESS_ENDED } from '../model/consequences.ts';
import { fieldOf, weightAmong } from '../model/serving-pods.ts';
import { type ServingContainer, servingContainers } from '../model/serving-containers.ts';

/** A kill that is longer ago than this explains nothing of now. */
const RECENT_SECONDS = 900;

/** Killed and not up again, or killed so short ago that requests of now may have been hit. */
function wasKilled({ status }: ServingContainer, now: string): boolean {
  const { state, lastState } = status;
  const end = state?.terminated ?? lastState?.terminated;
  if (end?.reason !== 'OOMKilled') return false;
  return state?.running === undefined || secondsSince(end.finishedAt, now) < RECENT_SECONDS;
}

export const podMemory = defineCheck({
  id: 'pod-memory',
  title: 'The containers have enough memory',
  layer: 'Pod',
  needs: ['pods', 'observation'],
  reasons: {
    OutOfMemory: {
      severity: 'Error',
      owner: 'Both',
      message: 'Container {container} of {workload} is killed for lack of memory; its limit is {limit}',
      fix: 'Raise the memory limit of container {container}, or mend what uses so much',
      command: "kubectl -n '{namespace}' describe '{object}'",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: [
        'CrashLoop',
        'LivenessProbeKills',
        'ContainerRestarted',
        'InitContainerFailing',
        ...PROCESS_ENDED,
      ],
    },
  },
  run({ pods, observation }, report) {
    const weight = weightAmong(pods);
    const killed = servingContainers(pods).filter((one) => wasKilled(one, observation.time));
    return killed.map(({ workload, container, field, names }) => {
      const limit = container.resources?.limits?.memory ?? 'not set';
      return report('OutOfMemory', {
        subject: fieldOf(workload, `${field}.resources.limits.memory`),
        slots: { ...names, limit },
        observed: limit,
        evidence: [`the last run of container ${container.name} ended with OOMKilled`],
        ...weight,
      });
    });
  },
});
