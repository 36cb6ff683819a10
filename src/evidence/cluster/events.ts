import type { KubernetesEvent } from '../../diagnosis/model/kubernetes.ts';

/** An Event of v1 (`involvedObject`, `message`, `source`) or of events.k8s.io/v1 (`regarding`, `note`). */
interface RawEvent {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly note?: string;
  readonly involvedObject?: KubernetesEvent['regarding'];
  readonly regarding?: KubernetesEvent['regarding'];
  readonly metadata?: { readonly creationTimestamp?: string };
  readonly eventTime?: string | null;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly deprecatedFirstTimestamp?: string | null;
  readonly deprecatedLastTimestamp?: string | null;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string } | null;
  readonly count?: number;
  readonly deprecatedCount?: number;
  readonly reportingController?: string;
  readonly reportingComponent?: string;
  readonly source?: { readonly component?: string };
  readonly deprecatedSource?: { readonly component?: string };
}

const firstSet = <T>(...values: readonly (T | null | undefined | '')[]): T | undefined =>
  values.find((value): value is T => value !== null && value !== undefined && value !== '');

const timeOf = (event: RawEvent): string =>
  firstSet(
    event.series?.lastObservedTime,
    event.lastTimestamp,
    event.deprecatedLastTimestamp,
    event.eventTime,
    event.firstTimestamp,
    event.deprecatedFirstTimestamp,
    event.metadata?.creationTimestamp,
  ) ?? '';

const countOf = ({ series, count, deprecatedCount }: RawEvent): number | undefined =>
  firstSet(series?.count, count, deprecatedCount);

const reporterOf = (event: RawEvent): string | undefined =>
  firstSet(
    event.reportingController,
    event.reportingComponent,
    event.source?.component,
    event.deprecatedSource?.component,
  );

function regardingOf(event: RawEvent): KubernetesEvent['regarding'] {
  const { kind, namespace, name, uid, fieldPath } = event.regarding ??
    event.involvedObject ?? { kind: '', name: '' };
  return {
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(uid === undefined ? {} : { uid }),
    ...(fieldPath === undefined ? {} : { fieldPath }),
  };
}

/** Both shapes of an Event as one. */
export function toEvent(raw: unknown): KubernetesEvent {
  const event = raw as RawEvent;
  const count = countOf(event);
  const reporter = reporterOf(event);
  return {
    type: event.type ?? 'Normal',
    reason: event.reason ?? '',
    message: event.note ?? event.message ?? '',
    time: timeOf(event),
    ...(count === undefined ? {} : { count }),
    ...(reporter === undefined ? {} : { reporter }),
    regarding: regardingOf(event),
  };
}
