import type { HTTPRoute } from '../../diagnosis/model/gateway-api.ts';
import type { Ingress, ObjectMeta } from '../../diagnosis/model/kubernetes.ts';
import type { Pod } from '../../diagnosis/model/pod.ts';
import { SERVICE_NAME_LABEL } from '../../diagnosis/topology/endpoints.ts';
import { CONTROLLER_IMAGES, runsImage } from '../../diagnosis/topology/ingress-controllers.ts';
import { hostsOf, indexedHostsFor } from '../../diagnosis/topology/ingress-hosts.ts';
import { routeHosts, routeHostsFor } from '../../diagnosis/topology/route-hosts.ts';
import type { Kind, ObjectsByKind } from './kinds.ts';
import type { Scope } from './reader.ts';

/**
 * The one index of a cached kind: by namespace and by the labels that evidence asks for; of Ingresses and HTTPRoutes by
 * host, and of Pods by the images of ingress controllers.
 */
export type ScopeIndex = 'scope';

/** A Service's slices, and what ingress controllers are known by. */
const INDEXED_LABELS = [SERVICE_NAME_LABEL, 'app.kubernetes.io/name', 'app'];

const labelKey = (namespace: string, label: string, value: string): string =>
  `label ${namespace} ${label}=${value}`;

function labelKeys({ namespace = '', labels = {} }: ObjectMeta): string[] {
  return INDEXED_LABELS.flatMap((label) => {
    const value = labels[label];
    return value === undefined ? [] : [labelKey(namespace, label, value), labelKey('', label, value)];
  });
}

function ownKeys(kind: Kind, object: ObjectsByKind[Kind]): readonly string[] {
  if (kind === 'Ingress') return hostsOf(object as Ingress).map((host) => `host ${host}`);
  if (kind === 'HTTPRoute') return routeHosts(object as HTTPRoute).map((host) => `host ${host}`);
  if (kind !== 'Pod') return [];
  return CONTROLLER_IMAGES.filter((image) => runsImage(object as Pod, image)).map(
    (image) => `image ${image}`,
  );
}

const namespaceKeys = (namespace: string | undefined): readonly string[] =>
  namespace === undefined ? [] : [`namespace ${namespace}`];

function scopeKeys(kind: Kind, object: ObjectsByKind[Kind]): readonly string[] {
  if (!('metadata' in object)) return namespaceKeys(object.regarding.namespace);
  const { metadata } = object;
  return [...namespaceKeys(metadata.namespace), ...labelKeys(metadata), ...ownKeys(kind, object)];
}

/** Index functions for the store of a kind. */
export const scopeIndex = <K extends Kind>(
  kind: K,
): Readonly<Record<ScopeIndex, (object: ObjectsByKind[K]) => readonly string[]>> => ({
  scope: (object) => scopeKeys(kind, object),
});

/** Index values under which all objects of a scope stand, with few others; undefined: all objects. */
export function keysFor(
  kind: Kind,
  { namespace, labels = {}, host, image }: Scope,
): readonly string[] | undefined {
  if (kind === 'Ingress' && host !== undefined) return indexedHostsFor(host).map((each) => `host ${each}`);
  if (kind === 'HTTPRoute' && host !== undefined) return routeHostsFor(host).map((each) => `host ${each}`);
  if (image !== undefined && CONTROLLER_IMAGES.includes(image)) return [`image ${image}`];
  const label = INDEXED_LABELS.find((each) => labels[each] !== undefined);
  if (label !== undefined) return [labelKey(namespace ?? '', label, labels[label] ?? '')];
  return namespace === undefined ? undefined : namespaceKeys(namespace);
}
