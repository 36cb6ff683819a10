import type { StatusProbeStatus } from '../api/generated.ts';

/** A StatusProbe as the page may know it: its status, and nothing of its spec. */
export interface ShownProbe {
  readonly namespace: string;
  readonly name: string;
  readonly status: StatusProbeStatus;
}

/** What names a StatusProbe. */
export type ProbeName = Pick<ShownProbe, 'namespace' | 'name'>;

/** One row of the list. */
export interface ProbeSummary extends ProbeName {
  /** True, False or Unknown. */
  readonly healthy: string;
  readonly owner: string;
  readonly reason: string;
  readonly target?: string;
  readonly code?: number;
  readonly culprit?: string;
  /** When Healthy became what it is. */
  readonly since?: string;
}

/** What the server tells a page: first all that its viewer may see, then what became different. */
export type Message =
  | { readonly type: 'all'; readonly viewer: string; readonly probes: readonly ProbeSummary[] }
  | {
      readonly type: 'changed';
      readonly probes: readonly ProbeSummary[];
      readonly gone: readonly ProbeName[];
    };

/** The row of a StatusProbe. */
export function summaryOf({ namespace, name, status }: ShownProbe): ProbeSummary {
  const { target, lastProbe, verdict, conditions = [] } = status;
  const healthy = conditions.find(({ type }) => type === 'Healthy');
  return {
    namespace,
    name,
    healthy: healthy?.status ?? 'Unknown',
    owner: verdict?.owner ?? 'Unknown',
    reason: verdict?.reason ?? 'NotProbed',
    ...(target !== undefined && { target }),
    ...(lastProbe?.code !== undefined && { code: lastProbe.code }),
    ...(verdict?.culprit && { culprit: verdict.culprit.ref }),
    ...(healthy && { since: healthy.lastTransitionTime }),
  };
}
