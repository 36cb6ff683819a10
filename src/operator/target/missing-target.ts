import type { Observation } from '../../diagnosis/model/observation.ts';
import type { ResolvedTarget } from './resolved-target.ts';

const NO_TIME = { resolve: 0, connect: 0, tls: 0, processing: 0, transfer: 0, total: 0 };

/** The failure that a target is which cannot even be asked. */
export function unanswered(
  { reason, message, url = '' }: Extract<ResolvedTarget, { readonly kind: 'Missing' }>,
  method: string,
  now: number,
): Observation {
  return {
    time: new Date(now).toISOString(),
    method,
    url,
    finalURL: url,
    success: false,
    failure: { phase: 'Resolve', reason, message },
    redirects: [],
    durationMilliseconds: NO_TIME,
    headers: {},
  };
}
