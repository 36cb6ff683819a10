import type { HTTPRoute } from '../../diagnosis/model/gateway-api.ts';
import type { Ingress, ObjectMeta } from '../../diagnosis/model/kubernetes.ts';
import { SERVICE_NAME_LABEL } from '../../diagnosis/topology/endpoints.ts';
import { hostsOf, indexedHostsFor } from '../../diagnosis/topology/ingress-hosts.ts';
import { routeHosts, routeHostsFor } from '../../diagnosis/topology/route-hosts.ts';
import type { Kind, ObjectsByKind } from './kinds.ts';
import type { Scope } from './reader.ts';

/** The one index of a cached kind: by namespace, by the labels that evidence asks for, and of Ingresses and HTTPRoutes by host. */
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

function hostKeys(kind: Kind, object: ObjectsByKind[Kind]): readonly string[] {
  if (kind === 'Ingress') return hostsOf(object as Ingress).map((host) => `host ${host}`);
  return kind === 'HTTPRoute' ? routeHosts(object as HTTPRoute).map((host) => `host ${host}`) : [];
}

function scopeKeys(kind: Kind, object: ObjectsByKind[Kind]): readonly string[] {
  if (!('metadata' in object)) return [];
  const { metadata } = object;
  return [
    ...(metadata.namespace === undefined ? [] : [`namespace ${metadata.namespace}`]),
    ...labelKeys(metadata),
    ...hostKeys(kind, object),
  ];
}

/** Index functions for the store of a kind. */
export const scopeIndex = <K extends Kind>(
  kind: K,
): Readonly<Record<ScopeIndex, (object: ObjectsByKind[K]) => readonly string[]>> => ({
  scope: (object) => scopeKeys(kind, object),
});

/** Index values under which all objects of a scope stand, with few others; undefined: all objects. */
export function keysFor(kind: Kind, { namespace, labels = {}, host }: Scope): readonly string[] | undefined {
  if (kind === 'Ingress' && host !== undefined) return indexedHostsFor(host).map((each) => `host ${each}`);
  if (kind === 'HTTPRoute' && host !== undefined) return routeHostsFor(host).map((each) => `host ${each}`);
  const label = INDEXED_LABELS.find((each) => labels[each] !== undefined);
  if (label !== undefined) return [labelKey(namespace ?? '', label, labels[label] ?? '')];
  return namespace === undefined ? undefined : [`namespace ${namespace}`];
}
