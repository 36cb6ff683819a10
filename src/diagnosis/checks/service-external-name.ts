import { defineCheck } from '../model/check.ts';

/** What DNS says of a name that does not lead anywhere; a server that fails says nothing of the name. */
const WITHOUT_ADDRESS: ReadonlySet<string> = new Set(['NXDomain', 'NoRecord']);

export const serviceExternalName = defineCheck({
  id: 'service-external-name',
  title: 'The external name that the Service stands for has an address',
  layer: 'Service',
  needs: ['observation', 'service', 'home'],
  reasons: {
    ExternalNameNotFound: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Service {service} stands for {host}, for which DNS has no address',
      fix: 'Correct spec.externalName of Service {service}, or create a DNS record for {host}',
      command: "kubectl -n '{namespace}' get service '{service}' -o yaml",
      explains: ['DNS'],
      leadsTo: ['HostNotFound'],
    },
  },
  run({ observation: { failure, redirects }, service: { service, reference }, home }, report) {
    const { type, externalName } = service?.spec ?? {};
    const isSought = redirects.length === 0 && WITHOUT_ADDRESS.has(failure?.reason ?? '');
    if (type !== 'ExternalName' || externalName === undefined || !isSought) return [];
    const { name, namespace = home } = reference;
    return [
      report('ExternalNameNotFound', {
        subject: { ...reference, field: 'spec.externalName' },
        slots: { service: name, namespace, host: externalName },
        observed: externalName,
      }),
    ];
  },
});
