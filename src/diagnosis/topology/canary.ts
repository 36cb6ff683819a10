import type { Ingress } from '../model/kubernetes.ts';

const setting = ({ metadata }: Ingress, key: string): string | undefined =>
  metadata.annotations?.[`nginx.ingress.kubernetes.io/${key}`];

/** Whether an Ingress claims the host and path of another one on purpose, for a share of its requests. */
export const isCanary = (ingress: Ingress): boolean => setting(ingress, 'canary') === 'true';

/** Whether a canary's share is every request. */
export const takesAllRequests = (ingress: Ingress): boolean =>
  isCanary(ingress) &&
  Number(setting(ingress, 'canary-weight') ?? 0) >= Number(setting(ingress, 'canary-weight-total') ?? 100);
