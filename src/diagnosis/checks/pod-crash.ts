import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { isComingBack, weightAmongServing } from '../model/coming-back.ts';
import { PROCESS_ENDED } from '../model/consequences.ts';
import { coincides, describeExit, isRecent, lastEnd, linesOf, mayBeKilled } from '../model/container-end.ts';
import type { Evidence } from '../model/evidence.ts';
import type { ContainerStateTerminated } from '../model/pod.ts';
import { type ServingContainer, servingContainers } from '../model/serving-containers.ts';
import { PROVED } from '../model/serving-pods.ts';

/** A process that was never there: the runtime found no command, or could not execute it. */
function startError({ exitCode, reason, message = '' }: ContainerStateTerminated) {
  const words = reason === 'StartError' || reason === 'ContainerCannotRun' ? message : '';
  if (exitCode === 127 || /executable file not found|no such file/.test(words)) return 'CommandNotFound';
  if (exitCode === 126 || /permission denied|exec format error/.test(words)) return 'CommandNotExecutable';
  return undefined;
}

type Seen = Pick<Evidence, 'pods' | 'observation'> & Partial<Pick<Evidence, 'dials'>>;

function reasonFor({ status }: ServingContainer, end: ContainerStateTerminated, now: string) {
  const isDown = status.state?.running === undefined && (end.exitCode !== 0 || status.restartCount > 0);
  const isLooping = isDown || (status.restartCount > 1 && isRecent(end, now));
  if (isLooping) return startError(end) ?? 'CrashLoop';
  return isRecent(end, now) ? 'ContainerRestarted' : undefined;
}

/** Of its own accord, as far as can be told: what the kubelet kills for a probe ends no less. */
const weightOfLoop = (one: ServingContainer, end: ContainerStateTerminated, seen: Seen) => ({
  ...weightAmongServing(seen),
  ...(mayBeKilled(one, end) ? { confidence: 'Medium' as const } : {}),
});

/** Up again: it explains only requests of the time when it ended, or in which it does not listen yet. */
const weightOfRestart = (one: ServingContainer, end: ContainerStateTerminated, seen: Seen) =>
  coincides(end, seen.observation.time) || isComingBack(one, seen)
    ? PROVED
    : ({ severity: 'Warning', confidence: 'Medium' } as const);

export const podCrash = defineCheck({
  id: 'pod-crash',
  title: 'The processes of the Pods keep running',
  layer: 'Pod',
  needs: ['pods', 'observation'],
  wants: ['logs', 'dials'],
  reasons: {
    CrashLoop: {
      severity: 'Error',
      owner: 'Developer',
      message: 'Container {container} of {workload} ends again and again with {exit}',
      fix: 'Mend what the log of the last run shows',
      command: "kubectl -n '{namespace}' logs '{object}' -c '{container}' --previous",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: PROCESS_ENDED,
    },
    CommandNotFound: {
      severity: 'Error',
      owner: 'Developer',
      message:
        'Container {container} of {workload} cannot start: its command does not exist in the image ({exit})',
      fix: 'Correct command and args of container {container}, or add the command to its image',
      command: "kubectl -n '{namespace}' describe '{object}'",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: PROCESS_ENDED,
    },
    CommandNotExecutable: {
      severity: 'Error',
      owner: 'Developer',
      message: 'Container {container} of {workload} cannot start: its command cannot be executed ({exit})',
      fix: 'Make the command executable for its user and for the architecture of the node',
      command: "kubectl -n '{namespace}' describe '{object}'",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: PROCESS_ENDED,
    },
    ContainerRestarted: {
      severity: 'Warning',
      owner: 'Developer',
      message: 'Container {container} of {workload} ended a short while ago with {exit} and runs again',
      fix: 'See in the log of the last run why it ended',
      command: "kubectl -n '{namespace}' logs '{object}' -c '{container}' --previous",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: PROCESS_ENDED,
    },
  },
  run({ logs = [], ...seen }, report) {
    const now = seen.observation.time;
    return servingContainers(seen.pods).flatMap((one) => {
      const end = lastEnd(one);
      const reason = one.isInit || end === undefined ? undefined : reasonFor(one, end, now);
      if (end === undefined || reason === undefined) return [];
      const exit = describeExit(end);
      const words = end.message === undefined ? [] : [end.message.trim()];
      return [
        report(reason, {
          subject: one.workload,
          slots: { ...one.names, exit },
          observed: exit,
          evidence: [...linesOf(one, logs), ...words],
          ...(reason === 'ContainerRestarted' ? weightOfRestart : weightOfLoop)(one, end, seen),
        }),
      ];
    });
  },
});
