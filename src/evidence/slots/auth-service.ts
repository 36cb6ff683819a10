import type { AuthServiceEvidence } from '../../diagnosis/model/auth-service.ts';
import { NOT_APPLICABLE, type Slot } from '../../diagnosis/model/evidence.ts';
import { couldNotLook, found } from '../../diagnosis/model/lookup.ts';
import { referenceTo } from '../../diagnosis/model/reference.ts';
import { parseServiceHost, type ServiceHost } from '../../diagnosis/topology/service-hosts.ts';
import { findServicePort } from '../../diagnosis/topology/service-ports.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';
import { behindService, isSeen, NOBODY } from './behind-service.ts';

const AUTH_URL = 'nginx.ingress.kubernetes.io/auth-url';
const INGRESS_NGINX = 'k8s.io/ingress-nginx';

/** What nginx answers, whatever kept its sub-request from an answer. */
const ANSWERED = 500;

interface Asked extends ServiceHost {
  readonly askedPort: number;
}

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
  const port = findServicePort(service.value, askedPort);
  const behind = await behindService(context, service.value, port);
  return behind.ok ? found({ reference, askedPort, ...behind.value }) : behind;
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
