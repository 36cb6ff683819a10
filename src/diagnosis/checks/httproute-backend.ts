import { defineCheck, type Symptom } from '../model/check.ts';
import { ROUTE_ANSWERS } from '../model/consequences.ts';
import type { GatewaysEvidence, HTTPRouteClaim, RouteBackend } from '../model/http-route-evidence.ts';
import { nearest } from '../model/nearest.ts';
import { answeredByApplication } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';
import { conditionOf } from '../topology/gateway-listeners.ts';
import { isService, weightOf } from '../topology/route-backends.ts';
import { findServicePort } from '../topology/service-ports.ts';

/** The Gateway API asks for 500; some controllers say that nobody is there. */
const NO_BACKEND: readonly Symptom[] = [404, 500, 502, 503];

const fault = <const Message extends string, const Fix extends string>(message: Message, fix: Fix) =>
  ({
    severity: 'Error',
    owner: 'DevOps',
    message,
    fix,
    command: "kubectl -n '{namespace}' get httproute '{route}' -o yaml",
    explains: NO_BACKEND,
    leadsTo: ROUTE_ANSWERS,
  }) as const;

/** Filters by which a rule answers without a backend, or sends to one that only its controller knows. */
const ANSWERING: ReadonlySet<string> = new Set(['RequestRedirect', 'ExtensionRef']);

const isAnswered = ({ rule }: HTTPRouteClaim): boolean =>
  rule.filters?.some(({ type }) => ANSWERING.has(type)) ?? false;

const portsOf = ({ service }: RouteBackend): string =>
  (service?.spec.ports ?? []).map(({ port }) => port).join(', ') || 'no port';

const hasPort = ({ service, backendRef: { port } }: RouteBackend): boolean =>
  service?.spec.type === 'ExternalName' ||
  (service !== undefined && port !== undefined && findServicePort(service, port) !== undefined);

/** A kind that no controller takes; whether it does, only the controller tells. */
const isRefusedKind = ({ backendRef }: RouteBackend, gateways: GatewaysEvidence | undefined): boolean =>
  !isService(backendRef) && conditionOf(gateways?.asked?.status, 'ResolvedRefs')?.reason === 'InvalidKind';

export const httpRouteBackend = defineCheck({
  id: 'httproute-backend',
  title: 'The rule sends to Services and ports that exist',
  layer: 'Ingress',
  needs: ['httpRoute', 'routeBackends', 'observation', 'home'],
  wants: ['gateways'],
  reasons: {
    HTTPRouteHasNoBackends: fault(
      'The rule of HTTPRoute {route} that takes {path} sends to no Service',
      'Name a Service in backendRefs of the rule',
    ),
    HTTPRouteBackendsWeighNothing: fault(
      'All Services of the rule of HTTPRoute {route} that takes {path} have weight 0',
      'Give the Service that is to serve a weight above 0',
    ),
    HTTPRouteBackendNotFound: fault(
      'HTTPRoute {route} sends to Service {service}, which does not exist',
      'Create Service {service}, or let HTTPRoute {route} send to {suggested}',
    ),
    HTTPRouteBackendPortNotFound: fault(
      'HTTPRoute {route} sends to port {port} of Service {service}, which has {ports}',
      'Let HTTPRoute {route} send to port {ports} of Service {service}',
    ),
    HTTPRouteBackendKindInvalid: fault(
      'HTTPRoute {route} sends to {kind} {service}, and its controller knows no such backend',
      'Let HTTPRoute {route} send to a Service',
    ),
  },
  run({ httpRoute: { match }, routeBackends: backends, observation, home, gateways }, report) {
    if (match === undefined || answeredByApplication(observation)) return [];
    const { name, namespace = home } = match.route.metadata;
    const at = { kind: 'HTTPRoute', ...match.route.metadata };
    const base = { route: name, namespace, path: match.match.path?.value ?? '/' };
    const whole = referenceTo(at, home, `${match.field}.backendRefs`);
    if (backends.length === 0)
      return isAnswered(match) ? [] : [report('HTTPRouteHasNoBackends', { subject: whole, slots: base })];
    const asked = backends.filter(({ backendRef }) => weightOf(backendRef) > 0);
    if (asked.length === 0) return [report('HTTPRouteBackendsWeighNothing', { subject: whole, slots: base })];
    // While others serve, only some requests fail by this one.
    const severity = asked.some(({ hasReadyEndpoints }) => hasReadyEndpoints) ? 'Warning' : 'Error';
    return asked.flatMap((backend) => {
      const { backendRef, reference, service, otherServices, field } = backend;
      const subject = referenceTo(at, home, field);
      const slots = { ...base, service: reference.name, kind: reference.kind };
      if (isRefusedKind(backend, gateways))
        return [report('HTTPRouteBackendKindInvalid', { subject, slots, severity })];
      if (!isService(backendRef) || hasPort(backend)) return [];
      if (service === undefined) {
        const suggested = nearest(backendRef.name, otherServices) ?? 'a Service that exists';
        const named = { ...slots, suggested };
        return [report('HTTPRouteBackendNotFound', { subject, slots: named, severity, expected: suggested })];
      }
      const port = backendRef.port ?? 'none';
      const ports = portsOf(backend);
      const numbered = { ...slots, port, ports };
      return [
        report('HTTPRouteBackendPortNotFound', { subject, slots: numbered, severity, expected: ports }),
      ];
    });
  },
});
