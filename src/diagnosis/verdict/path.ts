import type { Finding } from '../model/check.ts';
import { byCodeUnit } from '../model/code-unit.ts';
import type { Diagnosis, HopResult, PathHop } from '../model/diagnosis.ts';
import type { Dial, Gathered, HopAnswer, Route, RouteEndpoint, Slot } from '../model/evidence.ts';
import { failureReason } from '../model/observation.ts';

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

function dnsHop({ observation }: Route): PathHop[] {
  if (!observation.ok) return [];
  const { failure } = observation.value;
  if (failure?.phase !== 'Resolve') return [{ hop: 'DNS', result: 'OK' }];
  return [{ hop: 'DNS', result: 'Failed', message: failure.message }];
}

function ingressHop({ ingress }: Route, findings: readonly Finding[]): PathHop[] {
  if (!ingress.ok) return [unseen('Ingress', ingress)].filter((hop) => hop !== undefined);
  const object = ingress.value.match?.ingress ?? ingress.value.candidates[0];
  const ref = ingress.value.missing?.ref ?? `Ingress/${object?.metadata.name}`;
  const foreign = findings.find(
    ({ subject }) => subject.kind === 'Ingress' || subject.kind === 'IngressClass',
  );
  return [{ hop: 'Ingress', ref, result: 'OK', ...accused(foreign?.subject.ref ?? ref, findings) }];
}

function serviceHop({ service }: Route, findings: readonly Finding[]): PathHop[] {
  if (!service.ok) return [unseen('Service', service)].filter((hop) => hop !== undefined);
  const { ref } = service.value.reference;
  return [{ hop: 'Service', ref, result: 'OK', ...accused(ref, findings) }];
}

function answerOf(answer: HopAnswer | undefined): Pick<PathHop, 'result' | 'message'> | undefined {
  if (answer === undefined) return undefined;
  const failure = failureReason(answer.observation);
  if (failure === undefined) return { result: 'OK' };
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
  readonly findings: readonly Finding[];
  readonly hops: readonly HopAnswer[];
  readonly dials: readonly Dial[];
}

function endpointHop(endpoint: RouteEndpoint, { findings, hops, dials }: Surroundings): PathHop {
  const { podName, address, port, ready } = endpoint;
  const ref = podName === undefined ? address : `Pod/${podName}`;
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
  const surroundings = {
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
      ...dnsHop(route),
      ...ingressHop(route, findings),
      ...serviceHop(route, findings),
      ...endpoints.slice(0, SHOWN_ENDPOINTS),
    ],
    endpointsOmitted: Math.max(0, endpoints.length - SHOWN_ENDPOINTS),
  };
}
