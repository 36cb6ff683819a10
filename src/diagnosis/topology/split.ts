import type { Detour, Gathered, Route } from '../model/evidence.ts';
import type { RouteBackend } from '../model/http-route-evidence.ts';
import { found } from '../model/lookup.ts';
import { referenceTo } from '../model/reference.ts';
import { backendToExplain, isService, weightOf } from './route-backends.ts';

/** Another Service that gets a share of the requests, and how that is told. */
export interface Split {
  readonly detour: Detour;
  readonly told: string;
}

/** A canary of ingress-nginx. */
function byCanary({ ingress }: Route, home: string): Split | undefined {
  if (!ingress.ok || ingress.value.match === undefined || ingress.value.canary === undefined)
    return undefined;
  const { canary, match, ...rest } = ingress.value;
  const [main, aside] = [match, canary].map(
    (each) => referenceTo({ kind: 'Ingress', ...each.ingress.metadata }, home).ref,
  );
  return {
    detour: { ingress: found({ ...rest, match: canary }) },
    told: `${aside} takes a share of the requests as a canary of ${main}`,
  };
}

/** Of the other Services of a rule the one that gets most. */
function otherBackend(backends: readonly RouteBackend[]): RouteBackend | undefined {
  const first = backendToExplain(backends);
  const others = backends.filter(
    (each) => each !== first && isService(each.backendRef) && weightOf(each.backendRef) > 0,
  );
  return others.sort((a, b) => weightOf(b.backendRef) - weightOf(a.backendRef))[0];
}

function byWeight({ httpRoute, routeBackends }: Route & Gathered, home: string): Split | undefined {
  if (!httpRoute.ok || httpRoute.value.match === undefined || !routeBackends?.ok) return undefined;
  const other = otherBackend(routeBackends.value);
  if (other === undefined) return undefined;
  const route = referenceTo({ kind: 'HTTPRoute', ...httpRoute.value.match.route.metadata }, home);
  return {
    detour: { routeBackends: found([other]) },
    told: `${route.ref} sends a share of the requests to ${other.reference.ref}`,
  };
}

/** Where else the request may have gone: to a canary, or to another Service of the HTTPRoute's rule. */
export function otherService(evidence: Route & Gathered): Split | undefined {
  const { home } = evidence;
  return home.ok ? (byCanary(evidence, home.value) ?? byWeight(evidence, home.value)) : undefined;
}
