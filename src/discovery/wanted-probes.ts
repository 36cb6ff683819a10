import { resolveManifest } from '../api/defaults.ts';
import { formatDuration, parseDuration } from '../api/durations.ts';
import type { StatusProbeSpec } from '../api/generated.ts';
import type { HTTPRoute } from '../diagnosis/model/gateway-api.ts';
import type { Ingress, Service } from '../diagnosis/model/kubernetes.ts';
import { type NamespaceMode, readWish, toldOfAnnotation, type Wish } from './annotations.ts';
import {
  manifestOf,
  nameFor,
  obstacle,
  type Route,
  type RouteEntry,
  type RoutingKind,
  routeOfHTTPRoute,
  routeOfIngress,
  routeOfService,
  targetFor,
  whyNothing,
} from './routes.ts';

/** An object that may be probed. */
export type RoutingObject =
  | { readonly kind: 'Ingress'; readonly object: Ingress }
  | { readonly kind: 'HTTPRoute'; readonly object: HTTPRoute }
  | { readonly kind: 'Service'; readonly object: Service };

/** The fields of an automatic StatusProbe that follow its object; all others are left to people. */
export interface AutomaticSpec {
  readonly target: StatusProbeSpec['target'];
  readonly interval: string;
  /** Only where the usual one would be longer than the interval. */
  readonly timeout?: string;
  readonly expect: { readonly statusCodes: readonly string[] };
}

/** A StatusProbe that an object should have. */
export interface WantedProbe {
  readonly kind: RoutingKind;
  /** Of the object. */
  readonly uid: string;
  readonly objectName: string;
  /** The name that it should have; another of its object's kind where this one is taken. */
  readonly name: string;
  readonly spec: AutomaticSpec;
}

/** What an object should have; nothing is known where its annotations cannot be understood. */
export type Wanted =
  | { readonly ok: true; readonly probes: readonly WantedProbe[]; readonly passedOver: readonly string[] }
  | { readonly ok: false; readonly message: string };

const NONE: Wanted = { ok: true, probes: [], passedOver: [] };
const USUAL_INTERVAL = '30s';
const USUAL_STATUS_CODES = ['200-299'];
const USUAL_TIMEOUT_MILLISECONDS = 5000;

const isWanted = ({ isProbed }: Wish, kind: RoutingKind, mode: NamespaceMode): boolean =>
  isProbed ?? (mode === 'enabled' && kind !== 'Service');

function routeOf(routing: RoutingObject): Route {
  if (routing.kind === 'Ingress') return routeOfIngress(routing.object);
  return routing.kind === 'HTTPRoute' ? routeOfHTTPRoute(routing.object) : routeOfService(routing.object);
}

function specFor(route: Route, entry: RouteEntry, wish: Wish): AutomaticSpec {
  const { path = entry.path, interval = USUAL_INTERVAL, statusCodes = USUAL_STATUS_CODES } = wish;
  const milliseconds = parseDuration(interval) ?? Number.POSITIVE_INFINITY;
  return {
    target: targetFor(route, { ...entry, path }),
    interval,
    ...(milliseconds < USUAL_TIMEOUT_MILLISECONDS && { timeout: formatDuration(milliseconds) }),
    expect: { statusCodes },
  };
}

/** What annotations and mode make of one object. */
export function wantedFor(routing: RoutingObject, mode: NamespaceMode): Wanted {
  const { uid = '', deletionTimestamp } = routing.object.metadata;
  if (mode === 'disabled' || deletionTimestamp !== undefined) return NONE;
  const read = readWish(routing.object.metadata);
  if (!read.ok) return read;
  return isWanted(read.wish, routing.kind, mode) ? wantedOf(routeOf(routing), uid, read.wish) : NONE;
}

const isWildcard = ({ host }: RouteEntry): boolean => host?.startsWith('*') === true;

/** A StatusProbe for each host. */
function wantedOf(route: Route, uid: string, wish: Wish): Wanted {
  const passedOver = [whyNothing(route)].filter((sentence) => sentence !== undefined);
  const probes: WantedProbe[] = [];
  for (const entry of route.entries) {
    const spec = specFor(route, entry, wish);
    const why = obstacle(entry.host, { spec });
    if (why === undefined) {
      const name = nameFor(route, entry.host);
      probes.push({ kind: route.kind, uid, objectName: route.name, name, spec });
    } else if (isWildcard(entry)) passedOver.push(why);
    else return { ok: false, message: toldOfAnnotation(why) };
  }
  return { ok: true, probes, passedOver };
}

/** Whether a stored spec says what an automatic one should say. */
export function says(stored: StatusProbeSpec | undefined, wanted: AutomaticSpec): boolean {
  const resolution = resolveManifest(manifestOf({ name: '', namespace: '' }, wanted));
  if (stored === undefined || !resolution.ok) return false;
  const followed = ({ target, interval, timeout, expect }: StatusProbeSpec) =>
    JSON.stringify([target, interval, wanted.timeout && timeout, expect.statusCodes]);
  return followed(stored) === followed(resolution.spec);
}
