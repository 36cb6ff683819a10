import { isGateway } from '../../diagnosis/model/answering.ts';
import { isRecent } from '../../diagnosis/model/container-end.ts';
import { NOT_APPLICABLE, type Slot } from '../../diagnosis/model/evidence.ts';
import { couldNotLook, found } from '../../diagnosis/model/lookup.ts';
import type { Observation } from '../../diagnosis/model/observation.ts';
import type { ContainerStatus, Pod } from '../../diagnosis/model/pod.ts';
import type { LogExcerpt, PodsEvidence } from '../../diagnosis/model/route-evidence.ts';
import { servingPods } from '../../diagnosis/model/serving-pods.ts';
import { redactLines } from '../redact.ts';
import type { LogReader, LogRequest, SlotContext, SlotReader } from '../slot-context.ts';
import { selectionOf } from './selected-by.ts';

const MAXIMUM_LOGS = 4;

const statusesOf = ({ status }: Pod): readonly ContainerStatus[] => [
  ...(status.initContainerStatuses ?? []).filter(({ state }) => state?.terminated?.exitCode !== 0),
  ...(status.containerStatuses ?? []),
];

/** Down, not ready, or up again only since a short while. */
function isTroubled({ ready, state, lastState }: ContainerStatus, now: string): boolean {
  const { terminated } = lastState ?? {};
  return !ready || state?.running === undefined || (terminated !== undefined && isRecent(terminated, now));
}

/** Whether a process that runs well may have written why it answered so. */
const mayTell = ({ code = 0, answeredBy }: Observation): boolean =>
  code >= 400 && !(isGateway(answeredBy) && answeredBy?.confidence === 'High');

/** The run that tells most: the one that ended, where it ended; none where the container has never run. */
function runToRead({ state, lastState, ready }: ContainerStatus): { previous: boolean } | undefined {
  if (state?.terminated !== undefined) return { previous: false };
  if (lastState?.terminated !== undefined && !ready) return { previous: true };
  return state?.running === undefined ? undefined : { previous: false };
}

type Candidate = Pick<LogRequest, 'podName' | 'container' | 'previous'> & { readonly troubled: boolean };

const candidatesOf = (pod: Pod, now: string): readonly Candidate[] =>
  statusesOf(pod).flatMap((status) => {
    const run = runToRead(status);
    const troubled = isTroubled(status, now);
    return run === undefined
      ? []
      : [{ podName: pod.metadata.name, container: status.name, ...run, troubled }];
  });

/** Logs that a check may quote: of containers in trouble before those that may have answered. */
const chooseLogs = (pods: readonly Pod[], seen: Observation): readonly Candidate[] =>
  pods
    .flatMap((pod) => candidatesOf(pod, seen.time))
    .filter(({ troubled }) => troubled || mayTell(seen))
    .sort((a, b) => Number(b.troubled) - Number(a.troubled))
    .slice(0, MAXIMUM_LOGS);

async function readAll(
  readLog: LogReader,
  candidates: readonly Candidate[],
  place: Pick<LogRequest, 'namespace' | 'tailLines'>,
) {
  return Promise.all(
    candidates.map(async ({ troubled: _, ...which }) => ({
      which,
      text: await readLog({ ...place, ...which }),
    })),
  );
}

/** Text that a Pod wrote is shown only of the probe's own namespace, and only where the probe asks for it. */
async function readChosen(
  { settings, readLog, probe }: SlotContext,
  chosen: readonly Candidate[],
  namespace: string,
): Promise<Slot<readonly LogExcerpt[]>> {
  const { enabled, tailLines } = settings.podLogs;
  if (!enabled || chosen.length === 0) return NOT_APPLICABLE;
  if (namespace !== probe.namespace) {
    return couldNotLook('NotPermitted', "Logs are shown only of the probe's own namespace");
  }
  if (readLog === undefined) return couldNotLook('NotConfigured', 'Logs are not read from here');
  const read = await readAll(readLog, chosen, { namespace, tailLines });
  const failed = read.map(({ text }) => text).find((text) => !text.ok);
  if (failed !== undefined) return failed;
  const excerpts = read.flatMap(({ which, text }): LogExcerpt[] =>
    text.ok && text.value !== undefined ? [{ ...which, lines: redactLines(text.value, tailLines) }] : [],
  );
  return found(excerpts);
}

/** Of Pods off the request's way: none but containers in trouble has anything to tell. */
export const logsOfTroubled = (context: SlotContext, pods: PodsEvidence, namespace: string) => {
  const { time } = context.observation;
  const troubled = servingPods(pods).flatMap((pod) => candidatesOf(pod, time).filter((one) => one.troubled));
  return readChosen(context, troubled.slice(0, MAXIMUM_LOGS), namespace);
};

export const readLogs: SlotReader<'logs'> = async (context) => {
  if (!context.settings.podLogs.enabled) return NOT_APPLICABLE;
  const [selection, selected] = await Promise.all([selectionOf(context), context.slot('pods')]);
  if (!selection.ok) return selection;
  if (!selected.ok) return selected;
  const chosen = chooseLogs(servingPods(selected.value), context.observation);
  return readChosen(context, chosen, selection.value.namespace);
};
