import { secondsSince } from './age.ts';
import type { ContainerStateTerminated } from './pod.ts';
import type { LogExcerpt } from './route-evidence.ts';
import type { ServingContainer } from './serving-containers.ts';
import { tellingLine } from './stack-trace.ts';

/** The kubelet forgets its back-off after this long; an end before that explains nothing of now. */
const RECENT_SECONDS = 600;

const EXITS: Readonly<Record<number, string>> = {
  0: ' (it ends by itself)',
  134: ' (SIGABRT)',
  137: ' (SIGKILL)',
  139: ' (SIGSEGV)',
  143: ' (SIGTERM)',
};

export const describeExit = ({ exitCode }: ContainerStateTerminated): string =>
  `exit code ${exitCode}${EXITS[exitCode] ?? ''}`;

/** The end of the run that is over: this one, or the one before. */
export const lastEnd = ({ status: { state, lastState } }: ServingContainer) =>
  state?.terminated ?? lastState?.terminated;

/** An end as short ago as this is what the request ran into. */
const COINCIDENCE_SECONDS = 30;

export const coincides = ({ finishedAt }: ContainerStateTerminated, now: string): boolean =>
  secondsSince(finishedAt, now) < COINCIDENCE_SECONDS;

export const isRecent = ({ finishedAt }: ContainerStateTerminated, now: string): boolean =>
  secondsSince(finishedAt, now) < RECENT_SECONDS;

/** Ends that somebody else may have brought about, where a probe may have the container killed. */
const KILLED: ReadonlySet<number> = new Set([0, 137, 143]);

export const mayBeKilled = (
  { container }: ServingContainer,
  { exitCode }: ContainerStateTerminated,
): boolean => (container.livenessProbe ?? container.startupProbe) !== undefined && KILLED.has(exitCode);

/** What the container wrote before it ended: the line that says why, else the last one. */
export function linesOf(
  { pod, container }: ServingContainer,
  logs: readonly LogExcerpt[],
): readonly string[] {
  const own = logs.filter((log) => log.podName === pod.metadata.name && log.container === container.name);
  const { lines = [] } = own.find(({ previous }) => previous) ?? own[0] ?? {};
  const telling = tellingLine(lines) ?? lines.at(-1);
  return telling === undefined ? [] : [`log: ${telling}`];
}
