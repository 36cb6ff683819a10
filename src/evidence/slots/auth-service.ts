import type { AuthServiceEvidence } from '../../diagnosis/model/auth-service.ts';
import { NOT_APPLICABLE, type Slot } from '../../diagnosis/model/evidence.ts';
import type { Service } from '../../diagnosis/model/kubernetes.ts';
import { couldNotLook, found, mapLookup } from '../../diagnosis/model/lookup.ts';
import { referenceTo } from '../../diagnosis/model/reference.ts';
import { parseServiceHost, type ServiceHost } from '../../diagnosis/topology/service-hosts.ts';
import { findServicePort } from '../../diagnosis/topology/service-ports.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';
import { endpointsOf } from './endpoints.ts';
import { podsOf } from './pods.ts';
import { selectionBy } from './selected-by.ts';
import { workloadsOf } from './workloads.ts';

const AUTH_URL = 'nginx.ingress.kubernetes.io/auth-url';
const INGRESS_NGINX = 'k8s.io/ingress-nginx';

/** What nginx answers, whatever kept its sub-request from an answer. */
const ANSWERED = 500;

interface Asked extends ServiceHost {
  readonly askedPort: number;
}

const NOBODY = {
  endpoints: [],
  pods: { pods: [], ownerOf: new Map() },
  workloads: { selected: [], others: [] },
} as const;

/** The Service that a URL names by its DNS name; a bare name is none, for nginx knows no search domains. */
function serviceIn(url: string, home: string, clusterDomain?: string): Asked | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname, port, protocol } = new URL(url);
  const named = hostname.includes('.') ? parseServiceHost(hostname, home, clusterDomain) : undefined;
  const usual = protocol === 'https:' ? 443 : 80;
  return named && { ...named, askedPort: port === '' ? usual : Number(port) };
}

/** The annotation of the Ingress that takes the request, where its controller heeds it and the answer may come of it. */
async function authURL({ slot, observation }: SlotContext): Promise<Slot<string>> {
  if (observation.code !== ANSWERED) return NOT_APPLICABLE;
  const [ingress, served] = await Promise.all([slot('ingress'), slot('ingressClass')]);
  if (!ingress.ok) return ingress;
  const url = ingress.value.match?.ingress.metadata.annotations?.[AUTH_URL];
  const controller = served.ok ? served.value.ingressClass?.spec.controller : undefined;
  const isHeeded = (controller ?? INGRESS_NGINX).startsWith(INGRESS_NGINX);
  return url === undefined || !isHeeded ? NOT_APPLICABLE : found(url);
}

/** Whether anything of the namespace is seen: a dump of other namespaces holds nothing of it, and proves nothing. */
async function isSeen({ reader, probe }: SlotContext, namespace: string): Promise<boolean> {
  if (namespace === probe.namespace) return true;
  const [object, services] = await Promise.all([
    reader.get('Namespace', { name: namespace }),
    reader.list('Service', { namespace }),
  ]);
  return (object.ok && object.value !== undefined) || (services.ok && services.value.length > 0);
}

async function behind(
  context: SlotContext,
  service: Service,
  asked: Pick<AuthServiceEvidence, 'reference' | 'askedPort'>,
): Promise<Slot<AuthServiceEvidence>> {
  const port = findServicePort(service, asked.askedPort);
  const selection = selectionBy(service);
  const [endpoints, pods, workloads] = await Promise.all([
    endpointsOf(context.reader, service, port),
    selection ? podsOf(context, selection) : found(NOBODY.pods),
    selection ? workloadsOf(context, selection) : found(NOBODY.workloads),
  ]);
  if (!endpoints.ok) return endpoints;
  if (!pods.ok) return pods;
  return mapLookup(workloads, (value) => ({
    ...asked,
    service,
    ...(port && { port }),
    endpoints: endpoints.value,
    pods: pods.value,
    workloads: value,
  }));
}

async function look(
  context: SlotContext,
  { namespace, name, certain, askedPort }: Asked,
): Promise<Slot<AuthServiceEvidence>> {
  const { reader, probe } = context;
  const service = await reader.get('Service', { namespace, name });
  if (!service.ok) return service;
  const reference = referenceTo({ kind: 'Service', namespace, name }, probe.namespace);
  if (service.value === undefined) {
    const isMissing = certain && (await isSeen(context, namespace));
    return isMissing ? found({ reference, askedPort, ...NOBODY }) : NOT_APPLICABLE;
  }
  if (service.value.spec.type === 'ExternalName') return NOT_APPLICABLE;
  return behind(context, service.value, { reference, askedPort });
}

export const readAuthService: SlotReader<'authService'> = async (context) => {
  const url = await authURL(context);
  if (!url.ok) return url;
  const { probe, settings } = context;
  const asked = serviceIn(url.value, probe.namespace, settings.clusterDomain);
  if (asked === undefined) return NOT_APPLICABLE;
  const seen = await look(context, asked);
  if (seen.ok || seen.reason === 'NotApplicable' || asked.namespace === probe.namespace) return seen;
  // What says why nobody could look names the namespace, which may not be the probe's to know.
  return couldNotLook(seen.reason, `The Service of annotation ${AUTH_URL} could not be looked at`);
};
