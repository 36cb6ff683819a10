import { defineCheck } from '../model/check.ts';
import { ANSWERED_ELSEWHERE } from '../model/consequences.ts';
import type { Ingress } from '../model/kubernetes.ts';
import { referenceTo } from '../model/reference.ts';
import type { RoutedRequest } from '../model/route-evidence.ts';

const servicesOf = ({ spec }: Ingress): readonly string[] =>
  (spec.rules ?? []).flatMap(({ http }) =>
    (http?.paths ?? []).flatMap(({ backend }) => backend.service?.name ?? []),
  );

/** Words of the request that people give to Services too: the beginning of the path before the beginning of the host. */
function wordsOf({ path, host }: RoutedRequest): readonly string[] {
  const labels = host.split('.');
  return [path.split('/')[1] ?? '', labels.length > 2 ? (labels[0] ?? '') : ''].filter((word) => word !== '');
}

/** A Service that is called as the request, and to which no rule sends; `shop` and `shop-v2` are one to people. */
function forgotten(
  request: RoutedRequest,
  backend: string,
  ingresses: readonly Ingress[],
  services: readonly string[],
): string | undefined {
  const words = wordsOf(request);
  if (words.some((word) => backend.includes(word) || word.includes(backend))) return undefined;
  const routed = ingresses.flatMap(servicesOf);
  return words.find((word) => services.includes(word) && !routed.includes(word));
}

export const ingressMisroute = defineCheck({
  id: 'ingress-misroute',
  title: 'The Ingress does not send to another Service than the one that is called as the path or host',
  layer: 'Ingress',
  needs: ['ingress', 'request', 'service', 'observation', 'home'],
  reasons: {
    BackendServiceUnlikely: {
      severity: 'Error',
      owner: 'DevOps',
      message:
        'Ingress {ingress} sends {path} of {host} to Service {service}, and nothing to Service {meant}',
      fix: 'Let Ingress {ingress} send to Service {meant}, if {path} of {host} is meant for it',
      command: "kubectl -n '{namespace}' get ingress '{ingress}' -o yaml",
      explains: [404, 405],
      leadsTo: [...ANSWERED_ELSEWHERE, 'ApplicationMethodNotAllowed'],
    },
  },
  run({ ingress: route, request, service: { service, otherServices }, observation, home }, report) {
    const { match, candidates, rivals } = route;
    const backend = match?.backend.service?.name;
    const isUnknownThere = observation.code === 404 || observation.code === 405;
    if (match === undefined || backend === undefined || service === undefined || !isUnknownThere) return [];
    const ingresses = [...candidates, ...rivals.map(({ ingress }) => ingress)];
    const meant = forgotten(request, backend, ingresses, otherServices);
    if (meant === undefined) return [];
    const { name, namespace = home } = match.ingress.metadata;
    const field = `${match.field}${match.path === undefined ? '' : '.backend'}.service.name`;
    return [
      report('BackendServiceUnlikely', {
        subject: referenceTo({ kind: 'Ingress', ...match.ingress.metadata }, home, field),
        slots: { ingress: name, namespace, path: request.path, host: request.host, service: backend, meant },
        observed: backend,
        expected: meant,
        confidence: 'Medium',
      }),
    ];
  },
});
