import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import { couldNotLook, found } from '../../diagnosis/model/lookup.ts';
import type { SlotReader } from '../slot-context.ts';

const PREFIX = 'nginx.ingress.kubernetes.io/';
const NAMING = ['auth-secret', 'auth-tls-secret', 'proxy-ssl-secret'].map((key) => `${PREFIX}${key}`);

/** What nginx answers where it denies a location. */
const DENIED: ReadonlySet<number | undefined> = new Set([403, 503]);

/** Looked at only where their absence may be what is wrong, and only in the probe's own namespace. */
export const readAnnotatedSecrets: SlotReader<'annotatedSecrets'> = async (context) => {
  const { observation, probe, reader } = context;
  if (!DENIED.has(observation.code)) return NOT_APPLICABLE;
  const route = await context.slot('ingress');
  if (!route.ok) return route;
  const { annotations = {}, namespace: own = '' } = route.value.match?.ingress.metadata ?? {};
  const named = NAMING.flatMap((key) => {
    const [first = '', second] = annotations[key]?.split('/') ?? [];
    const where = second === undefined ? { namespace: own, name: first } : { namespace: first, name: second };
    return where.name === '' ? [] : [{ key, ...where }];
  });
  if (named.length === 0) return NOT_APPLICABLE;
  if (named.some(({ namespace }) => namespace !== probe.namespace))
    return couldNotLook('NotPermitted', "Secrets are looked at only in the probe's own namespace");
  const looks = await Promise.all(
    named.map(async ({ key, ...where }) => ({ key, looked: await reader.get('Secret', where) })),
  );
  const exists: Record<string, boolean> = {};
  for (const { key, looked } of looks) {
    if (!looked.ok) return looked;
    exists[key] = looked.value !== undefined;
  }
  return found(exists);
};
