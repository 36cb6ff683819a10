import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import { isAboutCertificate } from '../../diagnosis/model/observation.ts';
import { listenerFor } from '../../diagnosis/topology/alb-rules.ts';
import type { SlotReader } from '../slot-context.ts';
import { awsOf } from './load-balancer.ts';

const WITH_CERTIFICATES: ReadonlySet<string | undefined> = new Set(['HTTPS', 'TLS']);

export const readCertificates: SlotReader<'certificates'> = async (context) => {
  const { slot, observation } = context;
  if (!isAboutCertificate(observation)) return NOT_APPLICABLE;
  const [listeners, request] = await Promise.all([slot('listeners'), slot('request')]);
  if (!listeners.ok) return listeners;
  if (!request.ok) return request;
  const listener = listenerFor(listeners.value, request.value.port);
  if (listener === undefined || !WITH_CERTIFICATES.has(listener.Protocol)) return NOT_APPLICABLE;
  const aws = awsOf(context);
  return aws.ok ? aws.value.certificates(listener.ListenerArn) : aws;
};
