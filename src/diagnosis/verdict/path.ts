import { isKeptBack } from '../model/answering.ts';
import type { Finding } from '../model/check.ts';
import { byCodeUnit } from '../model/code-unit.ts';
import type { Diagnosis, HopResult, PathHop } from '../model/diagnosis.ts';
import type { Gathered, Route, Slot } from '../model/evidence.ts';
import { failureReason } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';
import type { Dial, HopAnswer, RouteEndpoint } from '../model/route-evidence.ts';

const SHOWN_ENDPOINTS = 5;
const ORDER: readonly HopResult[] = ['Failed', 'Degraded', 'NotPermitted', 'NotChecked', 'OK'];

const seenValue = <T>(slot: Slot<T> | undefined): T | undefined => (slot?.ok ? slot.value : undefined);

/** A hop that could not be looked at, or undefined where the route has no such hop. */
function unseen(hop: PathHop['hop'], slot: Slot<unknown>): PathHop | undefined {
  if (slot.ok || slot.reason === 'NotApplicable') return undefined;
  const result = slot.reason === 'NotPermitted' ? 'NotPermitted' : 'NotChecked';
  return { hop, result, message: slot.message };
}

/** The worst that the findings say of an object. */
function accused(ref: string, findings: readonly Finding[]): Pick<PathHop, 'result' | 'message'> | undefined {
  const about = findings.filter(({ subject, severity }) => subject.ref === ref && severity !== 'Info');
  const worst = about.find(({ severity }) => severity === 'Error') ?? about[0];
  if (worst === undefined) return undefined;
  return { result: worst.severity === 'Error' ? 'Failed' : 'Degraded', message: worst.message };
}

const homeOf = (home: Slot<string>): string => seenValue(home) ?? '';

const ABSENT = { result: 'Failed', message: 'does not exist' } as const;

function dnsHop({ observation }: Route, findings: readonly Finding[]): PathHop[] {
  if (!observation.ok) return [];
  const { failure } = observation.value;
  const own = findings.filter(({ layer }) => layer === 'DNS');
  const elsewhere = own[0]?.subject.ref ?? '';
  if (failure?.phase !== 'Resolve') return [{ hop: 'DNS', result: 'OK', ...accused(elsewhere, own) }];
  return [{ hop: 'DNS', result: 'Failed', message: failure.message }];
}

function ingressHop({ ingress, home }: Route, findings: readonly Finding[]): PathHop[] {
  if (!ingress.ok) return [unseen('Ingress', ingress)].filter((hop) => hop !== undefined);
  const { missing, match, candidates } = ingress.value;
  const object = match?.ingress ?? candidates[0];
  const named = object && referenceTo({ kind: 'Ingress', ...object.metadata }, homeOf(home));
  const ref = (missing ?? named)?.ref;
  const foreign =
    findings.find(({ subject }) => subject.kind === 'Ingress' || subject.kind === 'IngressClass') ??
    findings.find(({ check }) => check === 'ingress-controller');
  const seen = accused(foreign?.subject.ref ?? ref ?? '', findings);
  if (ref !== undefined) return [{ hop: 'Ingress', ref, result: 'OK', ...seen }];
  return [{ hop: 'Ingress', result: 'Failed', message: seen?.message ?? 'no Ingress takes the host' }];
}

/** The Gateway and what it hands the request to; where an Ingress takes the request there is neither. */
function gatewayHops({ ingress, httpRoute, gateways, home }: Route, findings: readonly Finding[]): PathHop[] {
  if (!httpRoute.ok) {
    const hop = ingress.ok ? undefined : unseen('HTTPRoute', httpRoute);
    return hop === undefined ? [] : [hop];
  }
  const { missing, match, candidates } = httpRoute.value;
  const object = match?.route ?? candidates[0];
  const ref = (missing ?? (object && referenceTo({ kind: 'HTTPRoute', ...object.metadata }, homeOf(home))))
    ?.ref;
  const route: PathHop =
    ref === undefined
      ? { hop: 'HTTPRoute', result: 'Failed', message: 'no HTTPRoute takes the host' }
      : { hop: 'HTTPRoute', ref, result: 'OK', ...accused(ref, findings) };
  return [...gatewayHop(gateways, findings), route];
}

function gatewayHop(gateways: Route['gateways'], findings: readonly Finding[]): PathHop[] {
  if (!gateways.ok) return [unseen('Gateway', gateways)].filter((hop) => hop !== undefined);
  const { asked, parents } = gateways.value;
  const ref = (asked ?? parents[0])?.reference.ref;
  const gatewayClass = findings.find(({ subject }) => subject.kind === 'GatewayClass');
  const seen = accused(gatewayClass?.subject.ref ?? ref ?? '', findings);
  if (ref === undefined) return [];
  const absent = asked === undefined ? ABSENT : undefined;
  return [{ hop: 'Gateway', ref, result: 'OK', ...absent, ...seen }];
}

function serviceHop({ service }: Route, findings: readonly Finding[]): PathHop[] {
  if (!service.ok) return [unseen('Service', service)].filter((hop) => hop !== undefined);
  const { ref } = service.value.reference;
  const absent = service.value.service === undefined ? ABSENT : undefined;
  return [{ hop: 'Service', ref, result: 'OK', ...absent, ...accused(ref, findings) }];
}

function answerOf(answer: HopAnswer | undefined): Pick<PathHop, 'result' | 'message'> | undefined {
  if (answer === undefined) return undefined;
  const failure = failureReason(answer.observation);
  if (failure === undefined) return { result: 'OK' };
  if (isKeptBack(answer.observation)) return { result: 'NotPermitted' };
  // A time-out of the operator's own dial proves nothing: a policy may admit only the ingress controller.
  const proves = answer.observation.failure?.reason !== 'ConnectTimeout';
  return { result: proves ? 'Failed' : 'NotChecked', message: `asked directly: ${failure}` };
}

function dialOf(dial: Dial | undefined): Pick<PathHop, 'result' | 'message'> | undefined {
  if (dial === undefined) return undefined;
  if (dial.result === 'Open') return { result: 'OK' };
  if (dial.result === 'NotPermitted') return { result: 'NotPermitted' };
  if (dial.result === 'Refused') return { result: 'Failed', message: `nobody listens on port ${dial.port}` };
  return { result: 'NotChecked', message: 'could not be reached from here' };
}

interface Surroundings {
  /** Names a Pod behind the Service. */
  readonly podReference: (name: string) => string;
  readonly findings: readonly Finding[];
  readonly hops: readonly HopAnswer[];
  readonly dials: readonly Dial[];
}

function endpointHop(
  endpoint: RouteEndpoint,
  { podReference, findings, hops, dials }: Surroundings,
): PathHop {
  const { podName, address, port, ready } = endpoint;
  const ref = podName === undefined ? address : podReference(podName);
  const isHere = (other: { address: string; port: number }) =>
    other.address === address && other.port === port;
  const seen =
    accused(ref, findings) ??
    answerOf(hops.find((hop) => hop.hop === 'Pod' && isHere(hop))) ??
    dialOf(dials.find((dial) => !dial.alternative && isHere(dial)));
  if (!ready) return { hop: 'Endpoint', ref, result: 'Failed', message: seen?.message ?? 'not ready' };
  return { hop: 'Endpoint', ref, ...(seen ?? { result: 'NotChecked' }) };
}

/** The request's way with a result per hop, outermost first; failing endpoints before the others. */
export function drawPath(
  route: Route & Gathered,
  findings: readonly Finding[],
): Pick<Diagnosis, 'path' | 'endpointsOmitted'> {
  const namespace = seenValue(route.service)?.reference.namespace;
  const surroundings = {
    podReference: (name: string) =>
      referenceTo({ kind: 'Pod', name, ...(namespace && { namespace }) }, homeOf(route.home)).ref,
    findings,
    hops: seenValue(route.hops) ?? [],
    dials: seenValue(route.dials) ?? [],
  };
  const endpoints = (seenValue(route.endpoints) ?? [])
    .map((endpoint) => endpointHop(endpoint, surroundings))
    .sort(
      (a, b) => ORDER.indexOf(a.result) - ORDER.indexOf(b.result) || byCodeUnit(a.ref ?? '', b.ref ?? ''),
    );
  return {
    path: [
      ...dnsHop(route, findings),
      ...ingressHop(route, findings),
      ...gatewayHops(route, findings),
      ...serviceHop(route, findings),
      ...endpoints.slice(0, SHOWN_ENDPOINTS),
    ],
    endpointsOmitted: Math.max(0, endpoints.length - SHOWN_ENDPOINTS),
  };
}
