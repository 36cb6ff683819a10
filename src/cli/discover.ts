import { stringify } from 'yaml';
import { resolveManifest } from '../api/defaults.ts';
import { STATUS_PROBE, type StatusProbeSpec } from '../api/generated.ts';
import type { HTTPRoute } from '../diagnosis/model/gateway-api.ts';
import type { Ingress } from '../diagnosis/model/kubernetes.ts';

export const DISCOVER_OUTPUTS = ['yaml', 'json'] as const;
export type DiscoverOutput = (typeof DISCOVER_OUTPUTS)[number];

/** A StatusProbe that `discover` suggests. */
export interface SuggestedProbe {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly target: StatusProbeSpec['target'] };
}

/** What routes requests, told alike for every kind of route. */
interface Route {
  readonly field: 'ingressRef' | 'httpRouteRef';
  readonly name: string;
  /** Each host once, in the order of the object, with its first path; a host of `undefined` is any. */
  readonly entries: readonly { readonly host: string | undefined; readonly path: string }[];
}

export interface Discovered {
  readonly probes: readonly SuggestedProbe[];
  /** Hosts and routes that cannot be probed, and why; a sentence each. */
  readonly passedOver: readonly string[];
}

export interface DiscoverParts {
  readonly namespace: string;
  ingresses(): Promise<readonly Ingress[]>;
  /** None where the cluster does not know the Gateway API. */
  httpRoutes(): Promise<readonly HTTPRoute[]>;
  /** False where one of this name exists. */
  create(probe: SuggestedProbe): Promise<boolean>;
}

/** What a regular expression begins with before its first sign is a path that it is meant for. */
const LITERAL = /^\/[\w\-.~%!&',;=:@/]*/;

const pathFrom = (path: string | undefined): string => LITERAL.exec(path ?? '/')?.[0] ?? '/';

function firstOfEachHost(entries: Route['entries']): Route['entries'] {
  return [...Map.groupBy(entries, ({ host }) => host).values()].flatMap(([first]) => first ?? []);
}

function routeOfIngress({ metadata, spec }: Ingress): Route {
  const rules = (spec.rules ?? []).map(({ host, http }) => ({
    host: host === '' ? undefined : host,
    path: pathFrom(http?.paths?.[0]?.path),
  }));
  const entries =
    rules.length === 0 && spec.defaultBackend !== undefined ? [{ host: undefined, path: '/' }] : rules;
  return { field: 'ingressRef', name: metadata.name, entries: firstOfEachHost(entries) };
}

/** A match by a regular expression, method, header or query alone says no path that surely fits. */
function routeOfHTTPRoute({ metadata, spec }: HTTPRoute): Route {
  const path = pathFrom(spec.rules?.[0]?.matches?.[0]?.path?.value);
  const hosts = spec.hostnames ?? [];
  const entries = (hosts.length === 0 ? [undefined] : hosts).map((host) => ({ host, path }));
  return { field: 'httpRouteRef', name: metadata.name, entries: firstOfEachHost(entries) };
}

const KIND_NAMES = { ingressRef: 'Ingress', httpRouteRef: 'HTTPRoute' } as const;

/** `shop`; where a route has several hosts, `shop-shop-example-com`. */
const nameFor = ({ name, entries }: Route, host: string | undefined): string =>
  entries.length === 1 ? name : `${name}-${(host ?? 'any-host').replaceAll('.', '-')}`;

/** The first of these names that is free: an Ingress and an HTTPRoute may share one. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let number = 2; ; number += 1) {
    if (!taken.has(`${name}-${number}`)) return `${name}-${number}`;
  }
}

function specFor({ field, name }: Route, { host, path }: Route['entries'][number]): SuggestedProbe['spec'] {
  return { target: { [field]: { name, ...(host === undefined ? {} : { host }), path } } };
}

/** Why no request can be sent for a host; undefined where one can. */
function obstacle(host: string | undefined, probe: SuggestedProbe): string | undefined {
  if (host?.startsWith('*'))
    return `${host} is no single host; write a StatusProbe with a host that it takes`;
  const resolution = resolveManifest(probe);
  return resolution.ok ? undefined : resolution.message;
}

function suggest(route: Route, namespace: string, found: Found): void {
  const ref = `${KIND_NAMES[route.field]}/${route.name}`;
  if (route.entries.length === 0) found.passedOver.push(`${ref} has no rules`);
  for (const entry of route.entries) {
    const probe: SuggestedProbe = {
      apiVersion: `${STATUS_PROBE.group}/${STATUS_PROBE.version}`,
      kind: STATUS_PROBE.kind,
      metadata: { name: freeName(nameFor(route, entry.host), found.names), namespace },
      spec: specFor(route, entry),
    };
    const why = obstacle(entry.host, probe);
    if (why === undefined) {
      found.names.add(probe.metadata.name);
      found.probes.push(probe);
    } else found.passedOver.push(`${ref}: ${why}`);
  }
}

interface Found {
  readonly probes: SuggestedProbe[];
  readonly passedOver: string[];
  readonly names: Set<string>;
}

/** One StatusProbe for each host of each route, asking for the first path of it. */
export function suggestProbes(
  namespace: string,
  ingresses: readonly Ingress[],
  httpRoutes: readonly HTTPRoute[],
): Discovered {
  const found: Found = { probes: [], passedOver: [], names: new Set() };
  const routes = [...ingresses.map(routeOfIngress), ...httpRoutes.map(routeOfHTTPRoute)];
  for (const route of routes) suggest(route, namespace, found);
  return found;
}

const listOf = (probes: readonly SuggestedProbe[]) => ({ apiVersion: 'v1', kind: 'List', items: probes });

async function apply(probes: readonly SuggestedProbe[], parts: DiscoverParts, write: (text: string) => void) {
  for (const probe of probes) {
    const made = await parts.create(probe);
    write(`statusprobe/${probe.metadata.name} ${made ? 'created' : 'exists and is left as it is'}\n`);
  }
}

/** `statusprobe discover`: prints StatusProbes for the routes of a namespace, or creates those that are not there. */
export async function discoverProbes(
  { apply: applies, output }: { readonly apply: boolean; readonly output: DiscoverOutput },
  parts: DiscoverParts,
  { write, tell }: { write(text: string): void; tell(sentence: string): void },
): Promise<void> {
  const [ingresses, httpRoutes] = await Promise.all([parts.ingresses(), parts.httpRoutes()]);
  const { probes, passedOver } = suggestProbes(parts.namespace, ingresses, httpRoutes);
  for (const sentence of passedOver) tell(`passed over: ${sentence}`);
  if (probes.length === 0) tell(`nothing to probe in namespace ${parts.namespace}`);
  if (applies) await apply(probes, parts, write);
  else if (output === 'json') write(`${JSON.stringify(listOf(probes), undefined, 2)}\n`);
  else write(probes.map((probe) => stringify(probe)).join('---\n'));
}
