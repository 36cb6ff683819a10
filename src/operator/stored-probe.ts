import { type Resolution, readStatus, resolveSpec } from '../api/defaults.ts';
import { STATUS_PROBE, type StatusProbeStatus } from '../api/generated.ts';
import type { ApiObject, Resource } from '../kubernetes/resources.ts';
import { createPartSharing } from '../kubernetes/sharing.ts';

export const STATUS_PROBES: Resource = {
  group: STATUS_PROBE.group,
  version: STATUS_PROBE.version,
  plural: STATUS_PROBE.plural,
  kind: STATUS_PROBE.kind,
  namespaced: true,
};

/** Its value, whatever it is, asks for a probe at once. */
const REQUESTED_AT = 'statusprobe.dev/requested-at';

/** A StatusProbe as the operator caches it. */
export interface StoredProbe {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly creationTimestamp: string;
  readonly requestedAt?: string;
  /** UID of the object that it was made for, where the operator made it. */
  readonly madeFor?: string;
  /** The spec, or why it cannot be used. */
  readonly resolution: Resolution;
  readonly status: StatusProbeStatus;
}

/** Marks what the operator made by itself. */
export const AUTOMATIC_LABELS = { 'app.kubernetes.io/managed-by': 'statusprobe' } as const;

function madeFor({ labels, ownerReferences }: ApiObject['metadata']): string | undefined {
  const isAutomatic = Object.entries(AUTOMATIC_LABELS).every(([name, value]) => labels?.[name] === value);
  if (!isAutomatic || !Array.isArray(ownerReferences)) return undefined;
  const owner = ownerReferences.find((each) => each?.controller === true);
  return typeof owner?.uid === 'string' ? owner.uid : undefined;
}

const shared = createPartSharing();

/** Most specs differ in little but their target: of equal parts one is kept. */
function sharedSpec(resolution: Resolution): Resolution {
  if (!resolution.ok) return resolution;
  const { expect, request, diagnose, ...spec } = resolution.spec;
  const parts = { expect: shared(expect), request: shared(request), diagnose: shared(diagnose) };
  return { ok: true, spec: { ...spec, ...parts } };
}

/** Reads whatever is stored, by whichever schema; never throws for what stands in it. */
export function toStoredProbe(raw: ApiObject, resolution = sharedSpec(resolveSpec(raw))): StoredProbe {
  const { namespace, name, uid, resourceVersion, annotations, ...metadata } = raw.metadata;
  const requestedAt = annotations?.[REQUESTED_AT];
  const owner = madeFor(raw.metadata);
  return {
    namespace: namespace ?? '',
    name: name ?? '',
    uid: uid ?? '',
    resourceVersion: resourceVersion ?? '',
    generation: typeof metadata.generation === 'number' ? metadata.generation : 0,
    creationTimestamp: String(metadata.creationTimestamp ?? ''),
    ...(requestedAt === undefined ? {} : { requestedAt }),
    ...(owner === undefined ? {} : { madeFor: owner }),
    resolution,
    status: readStatus(raw),
  };
}

/** The same, where something is known of the probe: neither a version nor a generation of its spec is read twice. */
export function newerProbe(raw: ApiObject, known: StoredProbe | undefined): StoredProbe {
  const { uid, resourceVersion, generation } = raw.metadata;
  if (known === undefined || known.uid !== uid) return toStoredProbe(raw);
  if (known.resourceVersion === resourceVersion) return known;
  return toStoredProbe(raw, known.generation === generation ? known.resolution : undefined);
}

/** `namespace/name`, as stores and queues name it. */
export const keyOfProbe = ({ namespace, name }: Pick<StoredProbe, 'namespace' | 'name'>): string =>
  `${namespace}/${name}`;
