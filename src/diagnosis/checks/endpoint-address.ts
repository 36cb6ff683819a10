import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import type { Dial, RouteEndpoint, ServiceEvidence } from '../model/evidence.ts';
import { answeredByApplication } from '../model/observation.ts';
import type { Confidence, Severity } from '../model/vocabulary.ts';

/** What a dial says that found nobody; a time-out says nothing. */
const FINDS_NOBODY: Readonly<Partial<Record<Dial['result'], string>>> = {
  Refused: 'refuses connections',
  Unreachable: 'cannot be reached',
};

interface Tried {
  readonly endpoint: RouteEndpoint;
  readonly result?: Dial['result'];
}

/** Addresses that no selector chose: somebody wrote them, and no Pod tells how they fare. */
const givenAddresses = (
  { service }: ServiceEvidence,
  endpoints: readonly RouteEndpoint[],
): readonly RouteEndpoint[] => {
  const { selector = {}, type } = service?.spec ?? {};
  const isGiven = service !== undefined && Object.keys(selector).length === 0 && type !== 'ExternalName';
  return isGiven ? endpoints.filter(({ ready, podName }) => ready && podName === undefined) : [];
};

const tried = (endpoint: RouteEndpoint, dials: readonly Dial[]): Tried => {
  const own = dials.find(
    ({ address, port, alternative }) =>
      !alternative && address === endpoint.address && port === endpoint.port,
  );
  return { endpoint, ...(own && { result: own.result }) };
};

/** All that get requests refuse, or some, or the network alone says no: it may admit others than this dial. */
function weigh(
  all: readonly Tried[],
  closed: readonly Tried[],
): { severity: Severity; confidence: Confidence } {
  if (closed.length < all.length) return { severity: 'Warning', confidence: 'Medium' };
  const isProved = closed.every(({ result }) => result === 'Refused');
  return { severity: 'Error', confidence: isProved ? 'High' : 'Medium' };
}

export const endpointAddress = defineCheck({
  id: 'endpoint-address',
  title: 'The addresses that were given to a Service without selector take connections',
  layer: 'Service',
  needs: ['service', 'endpoints', 'dials', 'observation', 'home'],
  reasons: {
    EndpointAddressClosed: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Service {service} has no selector, and nobody listens at {address}, which it was given',
      fix: 'Start what should listen at {address}, or give Service {service} the address to which it moved',
      command: "kubectl -n '{namespace}' get endpointslices -l 'kubernetes.io/service-name={service}'",
      explains: GATEWAY_SYMPTOMS,
    },
  },
  run({ service: route, endpoints, dials, observation, home }, report) {
    const all = givenAddresses(route, endpoints).map((endpoint) => tried(endpoint, dials));
    const closed = all.filter(({ result = 'Timeout' }) => result in FINDS_NOBODY);
    const [first] = closed;
    if (first === undefined || answeredByApplication(observation)) return [];
    const { name, namespace = home } = route.reference;
    const written = ({ address, port = 0 }: RouteEndpoint) => `${address} port ${port}`;
    return [
      report('EndpointAddressClosed', {
        subject: route.reference,
        slots: { service: name, namespace, address: written(first.endpoint) },
        evidence: closed.map(
          ({ endpoint, result = 'Timeout' }) => `${written(endpoint)} ${FINDS_NOBODY[result]}`,
        ),
        ...weigh(all, closed),
      }),
    ];
  },
});
