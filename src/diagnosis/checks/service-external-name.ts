import { isGateway, isUnsignedJSON } from '../model/answering.ts';
import { defineCheck } from '../model/check.ts';
import { answeredByApplication, type Observation } from '../model/observation.ts';
import type { Confidence } from '../model/vocabulary.ts';

/** What DNS says of a name that does not lead anywhere; a server that fails says nothing of the name. */
const WITHOUT_ADDRESS: ReadonlySet<string> = new Set(['NXDomain', 'NoRecord']);

/** What a router answers that does not find where to send a request. */
const NOWHERE_TO_SEND: ReadonlySet<number | undefined> = new Set([502, 503, 504]);

/** The name itself was asked for, or a router that cannot reach it answered; an application behind it has been found. */
function suspicion(seen: Observation, addresses: readonly string[] | undefined): Confidence | undefined {
  const { failure, redirects, code, answeredBy } = seen;
  if (redirects.length === 0 && WITHOUT_ADDRESS.has(failure?.reason ?? '')) return 'High';
  if (addresses === undefined || addresses.length > 0 || !NOWHERE_TO_SEND.has(code)) return undefined;
  if (answeredByApplication(seen) || isUnsignedJSON(seen)) return undefined;
  return isGateway(answeredBy) && answeredBy?.confidence !== 'Low' ? 'High' : 'Medium';
}

export const serviceExternalName = defineCheck({
  id: 'service-external-name',
  title: 'The external name that the Service stands for has an address',
  layer: 'Service',
  needs: ['observation', 'service', 'home'],
  wants: ['externalAddresses'],
  reasons: {
    ExternalNameNotFound: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Service {service} stands for {host}, for which DNS has no address',
      fix: 'Correct spec.externalName of Service {service}, or create a DNS record for {host}',
      command: "kubectl -n '{namespace}' get service '{service}' -o yaml",
      explains: ['DNS', 502, 503, 504],
      leadsTo: ['HostNotFound'],
    },
  },
  run({ observation, service: { service, reference }, home, externalAddresses }, report) {
    const { type, externalName } = service?.spec ?? {};
    if (type !== 'ExternalName' || externalName === undefined) return [];
    const confidence = suspicion(observation, externalAddresses);
    if (confidence === undefined) return [];
    const { name, namespace = home } = reference;
    return [
      report('ExternalNameNotFound', {
        subject: { ...reference, field: 'spec.externalName' },
        slots: { service: name, namespace, host: externalName },
        observed: externalName,
        confidence,
      }),
    ];
  },
});
