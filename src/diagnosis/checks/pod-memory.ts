import { secondsSince } from '../model/age.ts';
import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { weightAmongServing } from '../model/coming-back.ts';
import { PROCESS_ENDED } from '../model/consequences.ts';
import { coincides, lastEnd } from '../model/container-end.ts';
import { type ServingContainer, servingContainers } from '../model/serving-containers.ts';
import { fieldOf, PROVED } from '../model/serving-pods.ts';

/** A kill that is longer ago than this explains nothing of now. */
const RECENT_SECONDS = 900;

/** Killed and not up again, or killed so short ago that requests of now may have been hit. */
function wasKilled(one: ServingContainer, now: string): boolean {
  const end = lastEnd(one);
  if (end?.reason !== 'OOMKilled') return false;
  return one.status.state?.running === undefined || secondsSince(end.finishedAt, now) < RECENT_SECONDS;
}

/** Up again, but killed just when the request came: that request was hit. */
function hitsNow(one: ServingContainer, now: string): boolean {
  const end = lastEnd(one);
  return end !== undefined && coincides(end, now);
}

export const podMemory = defineCheck({
  id: 'pod-memory',
  title: 'The containers have enough memory',
  layer: 'Pod',
  needs: ['pods', 'observation'],
  wants: ['dials'],
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
  run(seen, report) {
    const weight = weightAmongServing(seen);
    const now = seen.observation.time;
    const killed = servingContainers(seen.pods).filter((one) => wasKilled(one, now));
    return killed.map((one) => {
      const { workload, container, field, names } = one;
      const limit = container.resources?.limits?.memory ?? 'not set';
      return report('OutOfMemory', {
        subject: fieldOf(workload, `${field}.resources.limits.memory`),
        slots: { ...names, limit },
        observed: limit,
        evidence: [`the last run of container ${container.name} ended with OOMKilled`],
        ...(hitsNow(one, now) ? PROVED : weight),
      });
    });
  },
});
