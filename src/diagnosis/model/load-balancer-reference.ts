import { awsReference } from './aws-reference.ts';
import type { Evidence } from './evidence.ts';
import { type ObjectReference, referenceTo } from './reference.ts';

/** The load balancer under the name that AWS gives it, else by its Ingress, else by the host that was asked. */
export function loadBalancerReference({
  alb,
  request,
  loadBalancer,
  home,
}: Pick<Evidence, 'alb' | 'request' | 'home'> & Partial<Pick<Evidence, 'loadBalancer'>>): ObjectReference {
  if (loadBalancer !== undefined)
    return awsReference('LoadBalancer', loadBalancer.loadBalancer.LoadBalancerName);
  if (alb.ingress !== undefined) return referenceTo({ kind: 'Ingress', ...alb.ingress.metadata }, home);
  return referenceTo({ kind: 'Host', name: request.host }, home);
}
