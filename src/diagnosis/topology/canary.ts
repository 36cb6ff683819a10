import type { IngressMatch } from '../model/ingress-evidence.ts';
import type { Ingress } from '../model/kubernetes.ts';
import type { RoutedRequest } from '../model/route-evidence.ts';

const PREFIX = 'nginx.ingress.kubernetes.io/';
const CANARY = `${PREFIX}canary`;

const setting = ({ metadata }: Ingress, key: string): string | undefined =>
  metadata.annotations?.[`${CANARY}${key}`];

/** Whether an Ingress claims the host and path of another one on purpose, for a share of its requests. */
export const isCanary = (ingress: Ingress): boolean => setting(ingress, '') === 'true';

type Sent = RoutedRequest['headers'];

/** What the header of the canary decides before its weight does; undefined where it leaves that to the weight. */
function byHeader(ingress: Ingress, headers: Sent = {}): boolean | undefined {
  const sent = headers[setting(ingress, '-by-header')?.toLowerCase() ?? ''];
  const wanted = setting(ingress, '-by-header-value');
  if (sent === undefined || setting(ingress, '-by-header-pattern') !== undefined) return undefined;
  if (wanted !== undefined) return sent === wanted ? true : undefined;
  return sent === 'always' || sent === 'never' ? sent === 'always' : undefined;
}

/** The part of the requests that its weight gives it, from 0 to 1. */
const shareOf = (ingress: Ingress): number =>
  Number(setting(ingress, '-weight') ?? 0) / Number(setting(ingress, '-weight-total') ?? 100);

/** Whether a canary takes every request that is sent so. */
export const takesAllRequests = (ingress: Ingress, headers: Sent): boolean =>
  isCanary(ingress) && (byHeader(ingress, headers) ?? shareOf(ingress) >= 1);

/** Whether a canary takes some requests that are sent so, and leaves others to the Ingress whose canary it is. */
export const takesShare = (ingress: Ingress, headers: Sent): boolean =>
  isCanary(ingress) && byHeader(ingress, headers) === undefined && shareOf(ingress) > 0;

const isOfCanary = ([key]: readonly [string, string]): boolean =>
  key === CANARY || key.startsWith(`${CANARY}-`);

const isOfNginx = ([key]: readonly [string, string]): boolean => key.startsWith(PREFIX);

/** A canary has but its own backend: all else is set by the Ingress whose canary it is. */
export function asCanaryOf(main: Ingress, canary: IngressMatch): IngressMatch {
  const { metadata } = canary.ingress;
  const own = Object.entries(metadata.annotations ?? {}).filter(
    (entry) => isOfCanary(entry) || !isOfNginx(entry),
  );
  const inherited = Object.entries(main.metadata.annotations ?? {}).filter(isOfNginx);
  const annotations = Object.fromEntries([...own, ...inherited]);
  return { ...canary, ingress: { ...canary.ingress, metadata: { ...metadata, annotations } } };
}
