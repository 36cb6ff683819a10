import { stringify } from 'yaml';
import type { HTTPRoute } from '../diagnosis/model/gateway-api.ts';
import type { Ingress } from '../diagnosis/model/kubernetes.ts';
import {
  manifestOf,
  nameFor,
  obstacle,
  type Route,
  routeOfHTTPRoute,
  routeOfIngress,
  type SuggestedProbe,
  targetFor,
  whyNothing,
} from '../discovery/routes.ts';

export const DISCOVER_OUTPUTS = ['yaml', 'json'] as const;
export type DiscoverOutput = (typeof DISCOVER_OUTPUTS)[number];

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

/** The first of these names that is free: an Ingress and an HTTPRoute may share one. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let number = 2; ; number += 1) {
    if (!taken.has(`${name}-${number}`)) return `${name}-${number}`;
  }
}

function suggest(route: Route, namespace: string, found: Found): void {
  const nothing = whyNothing(route);
  if (nothing !== undefined) found.passedOver.push(nothing);
  for (const entry of route.entries) {
    const name = freeName(nameFor(route, entry.host), found.names);
    const probe = manifestOf({ name, namespace }, { target: targetFor(route, entry) });
    const why = obstacle(entry.host, probe);
    if (why === undefined) {
      found.names.add(name);
      found.probes.push(probe);
    } else found.passedOver.push(`${route.kind}/${route.name}: ${why}`);
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
