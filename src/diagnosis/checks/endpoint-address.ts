import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { answeredByApplication, type Observation } from '../model/observation.ts';
import type { Dial, HopAnswer, RouteEndpoint, ServiceEvidence } from '../model/route-evidence.ts';
import { symptomsOf } from '../model/symptoms.ts';
import type { Confidence, Severity } from '../model/vocabulary.ts';

/** What a dial says that found nobody; a time-out alone says nothing. */
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

const written = ({ address, port = 0 }: RouteEndpoint): string => `${address} port ${port}`;

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

/** A router that waited in vain too, or found no way, is a second witness. */
const isWaitedFor = (observation: Observation): boolean =>
  symptomsOf(observation).some((symptom) => symptom === 502 || symptom === 504 || symptom === 'Timeout');

/** Whether none of the addresses took a connection of statusprobe, in whatever way it was tried. */
function areSilent(all: readonly Tried[], hops: readonly HopAnswer[]): boolean {
  const isSilent = ({ endpoint: { address }, result }: Tried) =>
    result === 'Timeout' &&
    hops.every(({ hop, address: asked, observation: { failure } }) =>
      hop === 'Pod' && asked === address ? failure?.phase === 'Connect' : true,
    );
  return all.length > 0 && all.every(isSilent);
}

export const endpointAddress = defineCheck({
  id: 'endpoint-address',
  title: 'The addresses that were given to a Service without selector take connections',
  layer: 'Service',
  needs: ['service', 'endpoints', 'dials', 'observation', 'home'],
  wants: ['hops'],
  reasons: {
    EndpointAddressClosed: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Service {service} has no selector, and nobody listens at {address}, which it was given',
      fix: 'Start what should listen at {address}, or give Service {service} the address to which it moved',
      command: "kubectl -n '{namespace}' get endpointslices -l 'kubernetes.io/service-name={service}'",
      explains: GATEWAY_SYMPTOMS,
    },
    EndpointAddressSilent: {
      severity: 'Warning',
      owner: 'DevOps',
      message: 'Service {service} has no selector, and nothing answers at {address}, which it was given',
      fix: 'See whether what should answer at {address} still runs and admits the cluster, or give Service {service} the address to which it moved',
      command: "kubectl -n '{namespace}' get endpointslices -l 'kubernetes.io/service-name={service}'",
      explains: [502, 504, 'Timeout'],
    },
  },
  run({ service: route, endpoints, dials, observation, home, hops = [] }, report) {
    const all = givenAddresses(route, endpoints).map((endpoint) => tried(endpoint, dials));
    const closed = all.filter(({ result = 'Timeout' }) => result in FINDS_NOBODY);
    const [first = all[0]] = closed;
    if (first === undefined || answeredByApplication(observation)) return [];
    const { name, namespace = home } = route.reference;
    const slots = { service: name, namespace, address: written(first.endpoint) };
    if (closed.length === 0) {
      if (!isWaitedFor(observation) || !areSilent(all, hops)) return [];
      const evidence = all.map(
        ({ endpoint }) => `${written(endpoint)} lets a connection time out from here, too`,
      );
      return [
        report('EndpointAddressSilent', { subject: route.reference, slots, evidence, confidence: 'Low' }),
      ];
    }
    return [
      report('EndpointAddressClosed', {
        subject: route.reference,
        slots,
        evidence: closed.map(
          ({ endpoint, result = 'Timeout' }) => `${written(endpoint)} ${FINDS_NOBODY[result]}`,
        ),
        ...weigh(all, closed),
      }),
    ];
  },
});
