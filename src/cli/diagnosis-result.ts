import type { StatusProbeStatus } from '../api/generated.ts';

/** Exit codes of `statusprobe diagnose`. */
export const EXIT = { healthy: 0, failing: 1, couldNotRun: 2 } as const;

export const isHealthy = ({ lastProbe }: StatusProbeStatus): boolean => lastProbe?.success === true;

/** Why there is no answer to judge: the probe was refused, or where to send it could not be found out. */
export function couldNotRun({ conditions = [], verdict }: StatusProbeStatus): string | undefined {
  const refused = conditions.find(({ type, status }) => type === 'Ready' && status === 'False');
  const blind = conditions.find(({ type, status }) => type === 'Healthy' && status === 'Unknown');
  return refused?.message ?? (blind && (verdict?.summary ?? blind.message));
}

export function exitCode(status: StatusProbeStatus): number {
  if (couldNotRun(status) !== undefined) return EXIT.couldNotRun;
  return isHealthy(status) ? EXIT.healthy : EXIT.failing;
}
