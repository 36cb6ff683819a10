import { resolveManifest } from '../api/defaults.ts';
import { STATUS_PROBE, type StatusProbeSpec } from '../api/generated.ts';
import type { HTTPRoute } from '../diagnosis/model/gateway-api.ts';
import type { Ingress, Service, ServicePort } from '../diagnosis/model/kubernetes.ts';

/** A StatusProbe that is not in the cluster yet. */
export interface SuggestedProbe {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: Pick<StatusProbeSpec, 'target'>;
}

export type RoutingKind = 'Ingress' | 'HTTPRoute' | 'Service';

/** What takes requests, told alike for every kind of object. */
export interface Route {
  readonly kind: RoutingKind;
  readonly name: string;
  /** Each host once, in the order of the object, with its first path; a host of `undefined` is any. */
  readonly entries: readonly RouteEntry[];
}

export interface RouteEntry {
  readonly host: string | undefined;
  readonly path: string;
  /** Of a Service. */
  readonly port?: number;
}

/** What a regular expression begins with before its first sign is a path that it is meant for. */
const LITERAL = /^\/[\w\-.~%!&',;=:@/]*/;

const pathFrom = (path: string | undefined): string => LITERAL.exec(path ?? '/')?.[0] ?? '/';

function firstOfEachHost(entries: Route['entries']): Route['entries'] {
  return [...Map.groupBy(entries, ({ host }) => host).values()].flatMap(([first]) => first ?? []);
}

export function routeOfIngress({ metadata, spec }: Ingress): Route {
  const rules = (spec.rules ?? []).map(({ host, http }) => ({
    host: host === '' ? undefined : host,
    path: pathFrom(http?.paths?.[0]?.path),
  }));
  const entries =
    rules.length === 0 && spec.defaultBackend !== undefined ? [{ host: undefined, path: '/' }] : rules;
  return { kind: 'Ingress', name: metadata.name, entries: firstOfEachHost(entries) };
}

/** A match by a regular expression, method, header or query alone says no path that surely fits. */
export function routeOfHTTPRoute({ metadata, spec }: HTTPRoute): Route {
  const path = pathFrom(spec.rules?.[0]?.matches?.[0]?.path?.value);
  const hosts = spec.hostnames ?? [];
  const entries = (hosts.length === 0 ? [undefined] : hosts).map((host) => ({ host, path }));
  return { kind: 'HTTPRoute', name: metadata.name, entries: firstOfEachHost(entries) };
}

/** By name or protocol a port for the web, else the first one that TCP reaches. */
const isWebPort = ({ name = '', appProtocol = '', port }: ServicePort): boolean =>
  /^(http|https|web)$/.test(name) || /^https?$/i.test(appProtocol) || port === 80;

export function routeOfService({ metadata, spec }: Service): Route {
  const ports = (spec.ports ?? []).filter(({ protocol = 'TCP' }) => protocol === 'TCP');
  const port = (ports.find(isWebPort) ?? ports[0])?.port;
  const entries = port === undefined ? [] : [{ host: undefined, path: '/', port }];
  return { kind: 'Service', name: metadata.name, entries };
}

const FIELDS = { Ingress: 'ingressRef', HTTPRoute: 'httpRouteRef', Service: 'serviceRef' } as const;
const WITHOUT_ENTRIES = { Ingress: 'rules', HTTPRoute: 'rules', Service: 'TCP port' } as const;

/** Why nothing of it can be probed; undefined where something can. */
export const whyNothing = ({ kind, name, entries }: Route): string | undefined =>
  entries.length === 0 ? `${kind}/${name} has no ${WITHOUT_ENTRIES[kind]}` : undefined;

/** `shop`; where a route has several hosts, `shop-shop-example-com`. */
export const nameFor = ({ name, entries }: Route, host: string | undefined): string =>
  entries.length === 1 ? name : `${name}-${(host ?? 'any-host').replaceAll('.', '-')}`;

export const targetFor = (
  { kind, name }: Route,
  { host, path, port }: RouteEntry,
): StatusProbeSpec['target'] => ({
  [FIELDS[kind]]: {
    name,
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    path,
  },
});

export const manifestOf = <Metadata, Spec>(metadata: Metadata, spec: Spec) => ({
  apiVersion: `${STATUS_PROBE.group}/${STATUS_PROBE.version}`,
  kind: STATUS_PROBE.kind,
  metadata,
  spec,
});

/** Why no request can be sent for a host; undefined where one can. */
export function obstacle(
  host: string | undefined,
  probe: { readonly spec: Pick<StatusProbeSpec, 'target'> },
): string | undefined {
  if (host?.startsWith('*'))
    return `${host} is no single host; write a StatusProbe with a host that it takes`;
  const resolution = resolveManifest(probe);
  return resolution.ok ? undefined : resolution.message;
}
