import type { Registry } from 'prom-client';
import type { Observation } from '../diagnosis/model/observation.ts';
import { inCommon, LiveGauge, type Series } from './live-gauge.ts';
import { CHAIN_INFO, PROBE_METRICS } from './probe-metrics.ts';
import { figuresOf, type ProbeSample, type ProbeState, sampleOf } from './probe-sample.ts';
import { STATE_METRICS } from './state-metrics.ts';

export interface ProbeName {
  readonly namespace: string;
  readonly name: string;
}

/** The series of every StatusProbe that this replica probes. */
export class ProbeSeries {
  readonly #samples = new Map<string, ProbeSample>();

  constructor(registry: Registry, { chainInfo }: { readonly chainInfo: boolean }) {
    for (const { name, help, series } of chainInfo ? [...PROBE_METRICS, CHAIN_INFO] : PROBE_METRICS) {
      this.#register(registry, { name, help }, ({ figures }) =>
        figures === undefined ? [] : series(figures),
      );
    }
    for (const { name, help, series } of STATE_METRICS) this.#register(registry, { name, help }, series);
  }

  /** Takes in what a visit brought; `observation` is absent when nothing was asked. */
  seen({ namespace, name }: ProbeName, state: ProbeState, observation: Observation | undefined): void {
    const key = `${namespace}/${name}`;
    const known = this.#samples.get(key);
    const figures = observation === undefined ? known?.figures : figuresOf(observation);
    this.#samples.set(key, sampleOf(known?.common ?? inCommon({ namespace, name }), state, figures));
  }

  /** `namespace/name` of a StatusProbe that was deleted or has moved to another replica. */
  gone(key: string): void {
    this.#samples.delete(key);
  }

  #register(
    registry: Registry,
    { name, help }: { readonly name: string; readonly help: string },
    series: (sample: ProbeSample) => readonly Series[],
  ): void {
    const samples = this.#samples;
    new LiveGauge(registry, name, help, function* () {
      // As they are now: one that goes and comes back while they are written must not be written twice.
      for (const sample of [...samples.values()]) {
        for (const { labels, value } of series(sample)) yield { common: sample.common, labels, value };
      }
    });
  }
}
