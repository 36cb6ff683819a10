import { defineCheck } from '../model/check.ts';
import type { Evidence } from '../model/evidence.ts';
import { remoteIP } from '../model/observation.ts';
import type { RouteEndpoint } from '../model/route-evidence.ts';
import { isHeadless } from '../topology/service-ports.ts';

type Seen = Pick<Evidence, 'service' | 'endpoints' | 'observation' | 'request'> &
  Partial<Pick<Evidence, 'dials'>>;

/** Refused by the Pods themselves, to which the name of the Service led; whoever goes by a router does not ask by name. */
function isRefusedByPods({ service: route, endpoints, observation }: Seen): boolean {
  const { service, askedBy } = route;
  const isByName = service !== undefined && isHeadless(service) && askedBy.kind === 'StatusProbe';
  if (!isByName || observation.failure?.reason !== 'ConnectionRefused') return false;
  const remote = remoteIP(observation);
  return remote === undefined || endpoints.some(({ address }) => address === remote);
}

const isDialled = (endpoint: RouteEndpoint, { dials = [] }: Seen, result: 'Open' | 'Refused'): boolean =>
  dials.some(
    (dial) => dial.address === endpoint.address && dial.port === endpoint.port && dial.result === result,
  );

/** The Pods that wait at another port than the one that was asked; none where one of them has that very port. */
function waitingElsewhere(seen: Seen): readonly RouteEndpoint[] {
  const { service: route, endpoints, request } = seen;
  // By a name the port is the operator's own choice, and by another number the client's.
  if (route.port === undefined || route.askedPort !== route.port.port) return [];
  const ready = endpoints.filter((endpoint) => endpoint.ready && endpoint.port !== undefined);
  const isElsewhere = ready.every(({ port }) => port !== request.port);
  return isElsewhere ? ready.filter((endpoint) => !isDialled(endpoint, seen, 'Refused')) : [];
}

export const serviceHeadless = defineCheck({
  id: 'service-headless',
  title: 'A headless Service is asked at the port of its Pods',
  layer: 'Service',
  needs: ['service', 'endpoints', 'observation', 'request', 'home'],
  wants: ['dials'],
  reasons: {
    HeadlessPortNotTranslated: {
      severity: 'Error',
      owner: 'DevOps',
      message:
        'Service {service} is headless: its name leads straight to the Pods, which listen on {targetPort} and not on {port}',
      fix: 'Ask Service {service} at port {targetPort}, or give it a cluster address, which sends port {port} on to {targetPort}',
      command: "kubectl -n '{namespace}' get service '{service}' -o yaml",
      explains: ['Connection'],
    },
  },
  run({ home, ...seen }, report) {
    const waiting = isRefusedByPods(seen) ? waitingElsewhere(seen) : [];
    const [first] = waiting;
    if (first === undefined) return [];
    const { reference } = seen.service;
    const { name, namespace = home } = reference;
    const { port: targetPort = 0 } = first;
    return [
      report('HeadlessPortNotTranslated', {
        subject: { ...reference, field: 'spec.clusterIP' },
        slots: { service: name, namespace, port: seen.request.port, targetPort },
        observed: String(seen.request.port),
        expected: String(targetPort),
        evidence: waiting
          .filter((endpoint) => isDialled(endpoint, seen, 'Open'))
          .map(({ address, port }) => `${address} takes connections on port ${port}`),
        confidence: waiting.some((endpoint) => isDialled(endpoint, seen, 'Open')) ? 'High' : 'Medium',
      }),
    ];
  },
});
