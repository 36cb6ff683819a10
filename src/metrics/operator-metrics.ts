import { Counter, collectDefaultMetrics, Gauge, Histogram, type Registry } from 'prom-client';
import { LiveGauge } from './live-gauge.ts';

const SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30];

type QueueLabel = 'name' | 'controller';
const QUEUE_LABELS: readonly QueueLabel[] = ['name', 'controller'];

/** controller-runtime names the controller beside its queue, and gives both one name. */
const labelsOf = (queue: string): Readonly<Record<QueueLabel, string>> => ({
  name: queue,
  controller: queue,
});

/** What a work queue can be asked at any time. */
export interface QueueView {
  readonly depth: number;
  /** Milliseconds that each running work has been going on. */
  readonly running: readonly number[];
}

/** What happens in a work queue; times in milliseconds. */
export type QueueObservation =
  | { readonly type: 'added' | 'retried' }
  | { readonly type: 'started'; readonly queuedMilliseconds: number }
  | { readonly type: 'finished'; readonly milliseconds: number };

/** One attempt at a call of the API server. */
export interface CallObservation {
  readonly verb: string;
  readonly method: string;
  readonly host: string;
  readonly code: string;
  readonly durationMilliseconds: number;
}

/** Metrics of the operator itself, under controller-runtime's names where it has them. */
export class OperatorMetrics {
  readonly #registry: Registry;
  readonly #queues = new Map<string, () => QueueView>();
  readonly #counters: Readonly<Record<'added' | 'retried', Counter<QueueLabel>>>;
  readonly #queued: Histogram<QueueLabel>;
  readonly #worked: Histogram<QueueLabel>;
  readonly #calls: Counter<'code' | 'method' | 'host'>;
  readonly #callDuration: Histogram<'verb' | 'host'>;
  readonly #inconclusive: Counter<'check' | 'reason'>;
  readonly #checks: Histogram<'check'>;

  constructor(registry: Registry, version: string) {
    this.#registry = registry;
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 50 });
    const histogram = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
      new Histogram({ name, help, labelNames, buckets: SECONDS, registers: [registry] });
    const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
      new Counter({ name, help, labelNames, registers: [registry] });

    new Gauge({
      name: 'statusprobe_build_info',
      help: 'The release',
      labelNames: ['version'],
      registers: [registry],
    })
      .labels({ version })
      .set(1);
    this.#counters = {
      added: counter('workqueue_adds_total', 'Keys added to the queue', QUEUE_LABELS),
      retried: counter('workqueue_retries_total', 'Keys that came again after a failure', QUEUE_LABELS),
    };
    this.#queued = histogram('workqueue_queue_duration_seconds', 'Time that a key waited', QUEUE_LABELS);
    this.#worked = histogram('workqueue_work_duration_seconds', 'Time that work on a key took', QUEUE_LABELS);
    this.#calls = counter('rest_client_requests_total', 'Calls of the API server', [
      'code',
      'method',
      'host',
    ]);
    this.#callDuration = histogram('rest_client_request_duration_seconds', 'Time that a call took', [
      'verb',
      'host',
    ]);
    this.#inconclusive = counter('statusprobe_checks_inconclusive_total', 'Checks that could not look', [
      'check',
      'reason',
    ]);
    this.#checks = histogram(
      'statusprobe_check_duration_seconds',
      'Time that a check took, gathering included',
      ['check'],
    );
    this.#registerQueues();
  }

  /** Tells of a queue; the result is told what happens in it. */
  queue(name: string, view: () => QueueView): (observation: QueueObservation) => void {
    this.#queues.set(name, view);
    const labels = labelsOf(name);
    return (observation) => {
      if (observation.type === 'started') this.#queued.observe(labels, observation.queuedMilliseconds / 1000);
      else if (observation.type === 'finished') this.#worked.observe(labels, observation.milliseconds / 1000);
      else this.#counters[observation.type].inc(labels);
    };
  }

  /** Tells whether this replica holds a Lease and works. */
  lease(name: string, holds: () => boolean): void {
    new LiveGauge(
      this.#registry,
      'leader_election_master_status',
      'Whether this replica holds its Lease',
      () => [{ labels: { name }, value: Number(holds()) }],
    );
  }

  called({ verb, method, host, code, durationMilliseconds }: CallObservation): void {
    this.#calls.inc({ code, method, host });
    this.#callDuration.observe({ verb, host }, durationMilliseconds / 1000);
  }

  /** A check was looked into for so long. */
  checked(check: string, milliseconds: number): void {
    this.#checks.observe({ check }, milliseconds / 1000);
  }

  /** A check could not look, for a reason of `notChecked`. */
  inconclusive(check: string, reason: string): void {
    this.#inconclusive.inc({ check, reason });
  }

  #registerQueues(): void {
    const gauge = (name: string, help: string, value: (view: QueueView) => number) =>
      new LiveGauge(this.#registry, name, help, () =>
        [...this.#queues].map(([queue, view]) => ({ labels: labelsOf(queue), value: value(view()) })),
      );
    gauge('workqueue_depth', 'Keys that wait', ({ depth }) => depth);
    gauge('workqueue_unfinished_work_seconds', 'Time that all running work has taken so far', ({ running }) =>
      running.reduce((sum, milliseconds) => sum + milliseconds / 1000, 0),
    );
    gauge(
      'workqueue_longest_running_processor_seconds',
      'Time that the longest running work has taken',
      ({ running }) => Math.max(0, ...running) / 1000,
    );
  }
}
