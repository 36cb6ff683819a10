import { secondsSince } from '../model/age.ts';
import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { NO_POD_SERVES } from '../model/consequences.ts';
import { describeExit, lastEnd, linesOf } from '../model/container-end.ts';
import type { Workload } from '../model/kubernetes.ts';
import { type ServingContainer, servingContainers } from '../model/serving-containers.ts';
import { weightAmong } from '../model/serving-pods.ts';

/** An init container that still runs after this long waits for something that does not come. */
const PATIENCE_SECONDS = 300;

const NONE = { selected: [] };

/** Since when the rollout of the container's workload is beyond the time that its author gives it. */
function deadlineOf({ workload }: ServingContainer, selected: readonly Workload[]): string | undefined {
  const own = selected.find(
    ({ kind, metadata }) => kind === workload.kind && metadata.name === workload.name,
  );
  const progress = own?.status?.conditions?.find(({ reason }) => reason === 'ProgressDeadlineExceeded');
  return progress?.lastTransitionTime;
}

function isHanging(one: ServingContainer, selected: readonly Workload[], now: string): boolean {
  const since = one.status.state?.running?.startedAt;
  if (since === undefined) return false;
  const deadline = deadlineOf(one, selected);
  const isLate = deadline !== undefined && Date.parse(since) < Date.parse(deadline);
  return isLate || secondsSince(since, now) > PATIENCE_SECONDS;
}

export const podInit = defineCheck({
  id: 'pod-init',
  title: 'The init containers of the Pods come to their end',
  layer: 'Pod',
  needs: ['pods', 'observation'],
  wants: ['logs', 'workloads'],
  reasons: {
    InitContainerFailing: {
      severity: 'Error',
      owner: 'Developer',
      message: 'Init container {container} of {workload} fails with {exit}, so the Pod does not start',
      fix: 'Mend what the log of the init container shows',
      command: "kubectl -n '{namespace}' logs '{object}' -c '{container}' --previous",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: NO_POD_SERVES,
    },
    InitContainerHangs: {
      severity: 'Error',
      owner: 'Developer',
      message: 'Init container {container} of {workload} does not come to its end, so the Pod does not start',
      fix: 'See in its log what the init container waits for',
      command: "kubectl -n '{namespace}' logs '{object}' -c '{container}'",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: NO_POD_SERVES,
    },
  },
  run({ pods, observation, logs = [], workloads: { selected } = NONE }, report) {
    const weight = weightAmong(pods);
    const inits = servingContainers(pods).filter(({ isInit }) => isInit);
    return inits.flatMap((one) => {
      const { workload: subject, names } = one;
      const evidence = linesOf(one, logs);
      const end = lastEnd(one);
      if (end !== undefined && end.exitCode !== 0) {
        const exit = describeExit(end);
        const slots = { ...names, exit };
        return [report('InitContainerFailing', { subject, slots, observed: exit, evidence, ...weight })];
      }
      if (!isHanging(one, selected, observation.time)) return [];
      return [report('InitContainerHangs', { subject, slots: names, evidence, ...weight })];
    });
  },
});
