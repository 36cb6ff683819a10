import type { Link, StatusProbeStatus } from '../../api/generated.ts';
import { fillIn, type LinkTemplate, type Placeholder } from './link-templates.ts';

/** What of the StatusProbe and its operator goes into links. */
export interface LinkSource {
  readonly templates: readonly LinkTemplate[];
  readonly namespace: string;
  readonly name: string;
}

type Failure = Pick<StatusProbeStatus, 'failingSince' | 'failureTraceID' | 'verdict' | 'path'>;

const BEFORE_MILLISECONDS = 15 * 60_000;
const AFTER_MILLISECONDS = 45 * 60_000;
/** Ten of them leave room for the verdict. */
const LONGEST_URL = 2048;

/**
 * The links of a lasting failure. Nothing in them moves by itself: times are counted from its beginning, and the trace
 * is that of the probe that began it. A link that takes what is not known is left out.
 */
export function linksOf(failure: Failure, { templates, namespace, name }: LinkSource): readonly Link[] {
  const { failingSince } = failure;
  if (failingSince === undefined || templates.length === 0) return [];
  const values: Readonly<Partial<Record<Placeholder, string>>> = {
    namespace,
    statusProbe: name,
    ...timesAround(Date.parse(failingSince)),
    ...traceOf(failure),
    ...placeOf(failure),
  };
  return templates.flatMap((template) => {
    const url = fillIn(template.url, values);
    return url === undefined || url.length > LONGEST_URL ? [] : [{ name: template.name, url }];
  });
}

function timesAround(beginning: number): Partial<Record<Placeholder, string>> {
  const [from, to] = [beginning - BEFORE_MILLISECONDS, beginning + AFTER_MILLISECONDS];
  return {
    fromSeconds: String(Math.floor(from / 1000)),
    fromMilliseconds: String(from),
    fromISO: new Date(from).toISOString(),
    toSeconds: String(Math.floor(to / 1000)),
    toMilliseconds: String(to),
    toISO: new Date(to).toISOString(),
  };
}

function traceOf({ failureTraceID: id }: Failure): Partial<Record<Placeholder, string>> {
  return id === undefined ? {} : { traceID: id, xrayTraceID: `1-${id.slice(0, 8)}-${id.slice(8)}` };
}

/** A reference of the status, `Kind/name` or `Kind/namespace/name`. */
interface Place {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

function placeFrom(ref: string): Place {
  const [kind = '', ...rest] = ref.split('/');
  const [namespace, name = ''] = rest.length > 1 ? rest : [undefined, rest[0]];
  return { kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

const WORKLOADS = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob']);

/** Whose logs tell of the failure: the culprit's, else those of the first endpoint, which is the worst. */
function placeOf({ verdict, path = [] }: Failure): Partial<Record<Placeholder, string>> {
  const culprit = placeFrom(verdict?.culprit?.ref ?? '');
  const endpoint = path.find(({ hop, ref }) => hop === 'Endpoint' && ref?.startsWith('Pod/'));
  const pod = culprit.kind === 'Pod' ? culprit : placeFrom(endpoint?.ref ?? '');
  const isWorkload = WORKLOADS.has(culprit.kind);
  const { namespace } = isWorkload ? culprit : pod;
  const workload = isWorkload ? culprit.name : workloadOf(pod.name);
  return {
    ...(pod.name !== '' && { pod: pod.name }),
    ...(workload !== '' && { workload }),
    ...(namespace !== undefined && { namespace }),
  };
}

/** The letters and digits of which Kubernetes makes names. */
const RANDOM = '[bcdfghjklmnpqrstvwxz2456789]';
/** Of a Pod that belongs to a Deployment's ReplicaSet, to a StatefulSet, or to something else that makes Pods. */
const SUFFIXES = [new RegExp(`-${RANDOM}{6,10}-${RANDOM}{5}$`), /-\d+$/, new RegExp(`-${RANDOM}{5}$`)];

function workloadOf(pod: string): string {
  const suffix = SUFFIXES.find((each) => each.test(pod));
  return suffix === undefined ? pod : pod.replace(suffix, '');
}
