import type { Service, ServicePort } from '../../diagnosis/model/kubernetes.ts';
import type { Target } from '../../diagnosis/model/target.ts';
import { findServicePort, isHeadless } from '../../diagnosis/topology/service-ports.ts';
import { type ResolvedTarget, type TargetReader, unseen, urlOf } from './resolved-target.ts';

type ServiceTarget = Extract<Target, { readonly kind: 'Service' }>;

/** A Service is asked at its cluster address, so that its verdict does not hang on DNS where it need not. */
export async function resolveService(target: ServiceTarget, reader: TargetReader): Promise<ResolvedTarget> {
  const { name, namespace } = target;
  const looked = await reader.get('Service', { namespace, name });
  if (!looked.ok) return unseen(`Service ${name}`, looked);
  const service = looked.value;
  if (service === undefined) {
    const url = urlFor(target, undefined, typeof target.port === 'number' ? target.port : undefined);
    return { kind: 'Missing', reason: 'TargetNotFound', message: `Service ${name} does not exist.`, url };
  }
  return locate(target, service);
}

function locate(target: ServiceTarget, service: Service): ResolvedTarget {
  const asked = target.port;
  const port = findServicePort(service, asked);
  const number = typeof asked === 'number' ? asked : portOfName(service, port);
  const url = urlFor(target, port, number);
  const connectsByName = service.spec.type === 'ExternalName' || isHeadless(service);
  if (number === undefined || (port === undefined && !connectsByName)) {
    const message = `Service ${target.name} has no port ${asked}.`;
    return { kind: 'Missing', reason: 'TargetNotFound', message, url };
  }
  const { clusterIP = '' } = service.spec;
  if (connectsByName || clusterIP === '') return { kind: 'Found', url };
  return { kind: 'Found', url, connectTo: { host: clusterIP } };
}

/** Behind the name of a headless Service are its Pods themselves, with their own ports. */
function portOfName(service: Service, port: ServicePort | undefined): number | undefined {
  const { targetPort } = port ?? {};
  return isHeadless(service) && typeof targetPort === 'number' ? targetPort : port?.port;
}

function urlFor(target: ServiceTarget, port: ServicePort | undefined, number: number | undefined): string {
  const scheme = target.scheme ?? (port?.appProtocol?.toLowerCase() === 'https' ? 'HTTPS' : 'HTTP');
  return urlOf(scheme, `${target.name}.${target.namespace}.svc`, number, target.path ?? '/');
}
