import type { Ingress, IngressRule, Service } from '../../diagnosis/model/kubernetes.ts';
import { found, type Lookup } from '../../diagnosis/model/lookup.ts';
import type { Pod } from '../../diagnosis/model/pod.ts';
import type { Target } from '../../diagnosis/model/target.ts';
import { servingClass } from '../../diagnosis/topology/ingress-class.ts';
import { controllerOf } from '../../diagnosis/topology/ingress-controllers.ts';
import { hostRank } from '../../diagnosis/topology/ingress-hosts.ts';
import { matchesLabels } from '../../diagnosis/topology/selectors.ts';
import { literalStart, type ResolvedTarget, type TargetReader, unseen, urlOf } from './resolved-target.ts';

type IngressTarget = Extract<Target, { readonly kind: 'Ingress' | 'HTTPRoute' }>;

/** An Ingress is asked at the address that its controller published, whatever DNS says of the host. */
export async function resolveIngress(target: IngressTarget, reader: TargetReader): Promise<ResolvedTarget> {
  const { name, namespace } = target;
  const looked = await reader.get('Ingress', { namespace, name });
  if (!looked.ok) return unseen(`Ingress ${name}`, looked);
  const ingress = looked.value;
  if (ingress === undefined) {
    const known = target.host === undefined ? {} : { url: urlFor(target, undefined, target.host) };
    return {
      kind: 'Missing',
      reason: 'TargetNotFound',
      message: `Ingress ${name} does not exist.`,
      ...known,
    };
  }
  return locate(target, ingress, reader);
}

async function locate(
  target: IngressTarget,
  ingress: Ingress,
  reader: TargetReader,
): Promise<ResolvedTarget> {
  const host = target.host ?? firstHost(ingress);
  if (host === undefined && hosts(ingress).length > 0) {
    const message = `spec.target.ingressRef.host must be given, because Ingress ${target.name} has no host without wildcard.`;
    return { kind: 'Invalid', message };
  }
  const address = await addressFor(ingress, reader);
  if (!address.ok) return unseen(`The address of Ingress ${target.name}`, address);
  if (address.value === undefined) {
    const known = host === undefined ? {} : { url: urlFor(target, ingress, host) };
    return {
      kind: 'Missing',
      reason: 'NoAddress',
      message: `Ingress ${target.name} has no address.`,
      ...known,
    };
  }
  const url = urlFor(target, ingress, host ?? address.value);
  return { kind: 'Found', url, connectTo: { host: address.value } };
}

const hosts = ({ spec }: Ingress): readonly string[] => (spec.rules ?? []).flatMap(({ host }) => host ?? []);

const firstHost = (ingress: Ingress): string | undefined =>
  hosts(ingress).find((host) => !host.startsWith('*'));

function urlFor(target: IngressTarget, ingress: Ingress | undefined, host: string): string {
  const scheme = target.scheme ?? (ingress !== undefined && hasTLS(ingress, host) ? 'HTTPS' : 'HTTP');
  const path = target.path ?? (ingress === undefined ? '/' : firstPath(ingress, host));
  return urlOf(scheme, host, target.port, path);
}

/** An entry without hosts is for all of them. */
const hasTLS = ({ spec }: Ingress, host: string): boolean =>
  (spec.tls ?? []).some(
    ({ hosts = [] }) => hosts.length === 0 || hosts.some((each) => hostRank(each, host) !== undefined),
  );

/** Of the rules that take the host, the closest one's. */
function firstPath({ spec }: Ingress, host: string): string {
  const rank = (rule: IngressRule): number => hostRank(rule.host, host) ?? -1;
  const rules = (spec.rules ?? []).filter((rule) => rank(rule) >= 0).sort((a, b) => rank(b) - rank(a));
  const [first] = rules.flatMap(({ http }) => http?.paths ?? []);
  return literalStart(first?.path ?? '/');
}

async function addressFor(ingress: Ingress, reader: TargetReader): Promise<Lookup<string | undefined>> {
  const [published] = ingress.status?.loadBalancer?.ingress ?? [];
  const address = published?.ip ?? published?.hostname;
  return address === undefined ? controllerAddress(ingress, reader) : found(address);
}

/** Of a controller that publishes no address: the Service in front of its Pods. */
async function controllerAddress(
  ingress: Ingress,
  reader: TargetReader,
): Promise<Lookup<string | undefined>> {
  const classes = await reader.list('IngressClass');
  if (!classes.ok) return classes;
  const controller = controllerOf(servingClass(ingress, classes.value)?.spec.controller);
  for (const labels of controller?.labels ?? []) {
    const pods = await reader.list('Pod', { labels });
    if (!pods.ok) return pods;
    const address = await addressBefore(pods.value[0], reader);
    if (!address.ok || address.value !== undefined) return address;
  }
  return found(undefined);
}

async function addressBefore(
  pod: Pod | undefined,
  reader: TargetReader,
): Promise<Lookup<string | undefined>> {
  const namespace = pod?.metadata.namespace;
  if (pod === undefined || namespace === undefined) return found(undefined);
  const services = await reader.list('Service', { namespace });
  if (!services.ok) return services;
  const inFront = services.value.find((service) => takesWeb(service, pod));
  return found(inFront?.spec.clusterIP);
}

/** A Service for the Pod that has a web port; a metrics or webhook Service has none. */
function takesWeb({ spec }: Service, { metadata }: Pod): boolean {
  const { selector = {}, clusterIP, ports = [] } = spec;
  return (
    clusterIP !== undefined &&
    clusterIP !== 'None' &&
    Object.keys(selector).length > 0 &&
    matchesLabels(selector, metadata.labels) &&
    ports.some(({ port, name = '' }) => port === 80 || name === 'http' || name === 'web')
  );
}
