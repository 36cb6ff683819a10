import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import { isSlower, isTooLate } from '../../diagnosis/model/lateness.ts';
import { couldNotLook, found } from '../../diagnosis/model/lookup.ts';
import type { SlotReader } from '../slot-context.ts';
import { whyNotAsked } from './hops.ts';

/** One late answer may have been an accident: whether a second one is late too tells. */
export const readRepeat: SlotReader<'repeat'> = async ({ observation, settings, repeat }) => {
  if (!isTooLate(observation) && !isSlower(observation)) return NOT_APPLICABLE;
  const why = whyNotAsked(settings, observation.method);
  if (why !== undefined) return couldNotLook('NotConfigured', why);
  if (repeat === undefined) return couldNotLook('NotConfigured', 'The probe is not repeated from here');
  return found(await repeat());
};
