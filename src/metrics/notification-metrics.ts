import { Counter, type Registry } from 'prom-client';
import { LiveGauge } from './live-gauge.ts';

/** Metrics of notifications; `waiting` gives how many wait, by receiver. */
export class NotificationMetrics {
  readonly #sent: Counter<'receiver' | 'result'>;

  constructor(registry: Registry, waiting: () => readonly (readonly [receiver: string, size: number])[]) {
    this.#sent = new Counter({
      name: 'statusprobe_notifications_total',
      help: 'Notifications that were sent, that the receiver never took (failed), and that nobody tried any longer (dropped)',
      labelNames: ['receiver', 'result'],
      registers: [registry],
    });
    new LiveGauge(registry, 'statusprobe_notifications_waiting', 'Notifications that wait', () =>
      waiting().map(([receiver, value]) => ({ labels: { receiver }, value })),
    );
  }

  told(receiver: string, result: 'sent' | 'failed' | 'dropped'): void {
    this.#sent.inc({ receiver, result });
  }
}
