import { byCodeUnit } from '../../diagnosis/model/code-unit.ts';
import type { HTTPRoute } from '../../diagnosis/model/gateway-api.ts';
import type { Ingress, KubernetesObject } from '../../diagnosis/model/kubernetes.ts';
import type { Pod } from '../../diagnosis/model/pod.ts';
import { runsImage } from '../../diagnosis/topology/ingress-controllers.ts';
import { ingressHostRank } from '../../diagnosis/topology/ingress-hosts.ts';
import { closestRank, routeHosts } from '../../diagnosis/topology/route-hosts.ts';
import { matchesLabels } from '../../diagnosis/topology/selectors.ts';
import type { Kind, ObjectsByKind } from './kinds.ts';
import type { Scope } from './reader.ts';

type AnyObject = ObjectsByKind[Kind];

const isEvent = (object: AnyObject): object is ObjectsByKind['Event'] => 'regarding' in object;

/** An Event is told by what it is about; all else by its own metadata. */
const metadataOf = (object: AnyObject): Partial<KubernetesObject['metadata']> =>
  isEvent(object) ? object.regarding : object.metadata;

/** Kinds of which the rules name hosts. */
function takesHost(kind: Kind, object: AnyObject, host: string): boolean {
  if (kind === 'Ingress') return ingressHostRank(object as Ingress, host) !== undefined;
  return kind !== 'HTTPRoute' || closestRank(routeHosts(object as HTTPRoute), host) !== undefined;
}

/** Whether an object is asked for. */
export function inScope(
  kind: Kind,
  object: AnyObject,
  { namespace, labels = {}, host, image }: Scope,
): boolean {
  const metadata = metadataOf(object);
  return (
    (namespace === undefined || metadata.namespace === namespace) &&
    matchesLabels(labels, metadata.labels) &&
    (host === undefined || takesHost(kind, object, host)) &&
    (image === undefined || (kind === 'Pod' && runsImage(object as Pod, image)))
  );
}

/** By `namespace/name`, as stores order their keys; Events of one object by time, newest first. */
export function byKey(a: AnyObject, b: AnyObject): number {
  const { namespace = '', name = '' } = metadataOf(a);
  const other = metadataOf(b);
  if (namespace !== (other.namespace ?? '')) return byCodeUnit(`${namespace}/`, `${other.namespace ?? ''}/`);
  return byCodeUnit(name, other.name ?? '') || (isEvent(a) && isEvent(b) ? byCodeUnit(b.time, a.time) : 0);
}
