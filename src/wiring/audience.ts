import path from 'node:path';
import type { Logger } from 'pino';
import type { StatusProbeStatus } from '../api/generated.ts';
import { NotificationMetrics } from '../metrics/notification-metrics.ts';
import { Notifier } from '../notify/notifier.ts';
import { type Delivery, Outbox } from '../notify/outbox.ts';
import type { Receiver } from '../notify/settings.ts';
import { EventSink } from '../operator/event-sink.ts';
import type { StoredProbe } from '../operator/stored-probe.ts';
import { transitionBetween, transitionsBetween } from '../operator/transition.ts';
import type { Foundations } from './foundations.ts';
import { createSender, type SenderOptions } from './notification-sender.ts';
import type { Asking } from './operator.ts';

/** Whoever is told of transitions: readers of Events, and receivers of notifications. */
export interface Audience {
  /** Never waits for anybody. */
  tell(probe: StoredProbe, before: StatusProbeStatus): void;
  stop(): Promise<void>;
}

const LAST_EVENTS_MILLISECONDS = 5_000;
const LAST_NOTIFICATIONS_MILLISECONDS = 5_000;

/** `isBusy`: whether statuses wait to be written. */
export function createAudience(foundations: Foundations, asking: Asking, isBusy: () => boolean): Audience {
  const events = createEventSink(foundations, isBusy);
  const notifier = createNotifier(foundations, asking);
  return {
    tell(probe, before) {
      const { namespace, name, uid, status: after } = probe;
      for (const each of transitionsBetween(before, after)) events.add(probe, each);
      const transition = transitionBetween(before, after);
      if (transition === undefined) return;
      const { reason: type } = transition;
      if (type !== 'TargetRefused') notifier?.add({ type, namespace, name, uid, before, after });
    },
    async stop() {
      await Promise.all([
        events.stop(LAST_EVENTS_MILLISECONDS),
        notifier?.stop(LAST_NOTIFICATIONS_MILLISECONDS),
      ]);
    },
  };
}

const createEventSink = ({ client, config, log }: Foundations, isBusy: () => boolean): EventSink =>
  new EventSink({
    client,
    isBusy,
    instance: config.instance,
    onError: (error) => log.warn(`An Event could not be created: ${(error as Error).message}`),
  });

/** Undefined where nobody is to be notified. */
function createNotifier(
  { config, version, notifications, registry, log }: Foundations,
  { resolver, guards, policyOf }: Asking,
): Notifier | undefined {
  if (notifications === undefined || config.notifications === undefined) return undefined;
  const { source, receivers } = notifications;
  const { leaseNamespace: home } = config;
  const options: SenderOptions = {
    version,
    source,
    folder: path.dirname(config.notifications),
    resolver,
    guard: async () => guards(home, await policyOf(home), undefined),
  };
  const metrics: NotificationMetrics = new NotificationMetrics(registry, () => notifier.waiting);
  const notifier = new Notifier(
    receivers,
    (receiver) =>
      new Outbox({
        send: createSender(receiver, options),
        told: (result) => metrics.told(receiver.name, result),
        attempted: createDeliveryLog(receiver, log),
      }),
  );
  return notifier;
}

/** Tells each trouble with a receiver once, and once that it is over. */
function createDeliveryLog({ name }: Receiver, log: Logger): (delivery: Delivery) => void {
  let told: string | undefined;
  return (delivery) => {
    const trouble = delivery.kind === 'Failed' ? delivery.message : undefined;
    if (trouble === told) return;
    told = trouble;
    if (trouble === undefined) log.info(`Receiver ${name} takes notifications again`);
    else log.warn(`Receiver ${name} does not take notifications: ${trouble}`);
  };
}
