import { NOT_APPLICABLE, type Slot } from '../../diagnosis/model/evidence.ts';
import { couldNotLook, found } from '../../diagnosis/model/lookup.ts';
import { isAboutCertificate } from '../../diagnosis/model/observation.ts';
import type { TLSSecretEvidence } from '../../diagnosis/model/tls-secret.ts';
import { tlsIndexFor } from '../../diagnosis/topology/ingress-tls.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';

type Named = Omit<TLSSecretEvidence, 'secret'>;

/** The Secret that the Ingress names for the host. */
async function namedSecret({ slot }: SlotContext): Promise<Slot<Named>> {
  const [request, route, alb] = await Promise.all([slot('request'), slot('ingress'), slot('alb')]);
  // A load balancer of AWS takes its certificates from elsewhere.
  if (alb.ok && alb.value.ingress !== undefined) return NOT_APPLICABLE;
  if (!request.ok) return request;
  if (!route.ok) return route;
  const ingress = route.value.match?.ingress ?? route.value.candidates[0];
  if (ingress === undefined) return NOT_APPLICABLE;
  const index = tlsIndexFor(ingress, request.value.host);
  const { secretName: name = '' } = ingress.spec.tls?.[index] ?? {};
  return name === '' ? NOT_APPLICABLE : found({ ingress, field: `spec.tls[${index}].secretName`, name });
}

/** Looked at only where the certificate may be what is wrong, and only in the probe's own namespace. */
export const readTLSSecret: SlotReader<'tlsSecret'> = async (context) => {
  const { observation, probe, reader } = context;
  if (!isAboutCertificate(observation)) return NOT_APPLICABLE;
  const named = await namedSecret(context);
  if (!named.ok) return named;
  const { ingress, name } = named.value;
  const { namespace = '' } = ingress.metadata;
  if (namespace !== probe.namespace) {
    return couldNotLook('NotPermitted', "Secrets are looked at only in the probe's own namespace");
  }
  const looked = await reader.get('Secret', { namespace, name });
  if (!looked.ok) return looked;
  return found({ ...named.value, ...(looked.value && { secret: looked.value }) });
};
