import type { Series } from './live-gauge.ts';
import type { ProbeSample } from './probe-sample.ts';

export interface StateMetric {
  readonly name: string;
  readonly help: string;
  readonly series: (sample: ProbeSample) => readonly Series[];
}

const some = (value: number | undefined): readonly Series[] =>
  value === undefined ? [] : [{ labels: {}, value }];

/** What blackbox_exporter cannot tell: who fixes what, and since when. */
export const STATE_METRICS: readonly StateMetric[] = [
  {
    name: 'statusprobe_verdict_info',
    help: 'Who fixes what, as labels',
    series: ({ verdict }) => {
      if (verdict === undefined) return [];
      const { owner, layer, reason } = verdict;
      return [{ labels: { owner, layer, reason }, value: 1 }];
    },
  },
  {
    name: 'statusprobe_ready',
    help: 'Whether the spec is accepted and probed',
    series: ({ ready: { value, reason } }) => [{ labels: { reason }, value }],
  },
  {
    name: 'statusprobe_suspended',
    help: 'Whether probing is suspended',
    series: ({ suspended }) => some(Number(suspended)),
  },
  {
    name: 'statusprobe_last_probe_timestamp_seconds',
    help: 'When the last probe began',
    series: ({ figures }) => some(figures?.timeSeconds),
  },
  {
    name: 'statusprobe_failing_since_timestamp_seconds',
    help: 'When the first failed probe of the present failure began; absent while healthy',
    series: ({ failingSinceSeconds }) => some(failingSinceSeconds),
  },
  {
    name: 'statusprobe_findings',
    help: 'Findings that are not muted, by severity',
    series: ({ findings }) => [...findings].map(([severity, value]) => ({ labels: { severity }, value })),
  },
];
