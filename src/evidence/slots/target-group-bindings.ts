import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import { found } from '../../diagnosis/model/lookup.ts';
import type { SlotReader } from '../slot-context.ts';

/** A cluster without the controller's API has no bindings to look at. */
export const readTargetGroupBindings: SlotReader<'targetGroupBindings'> = async ({ slot, reader }) => {
  const [alb, service] = await Promise.all([slot('alb'), slot('service')]);
  if (!alb.ok) return alb;
  if (!service.ok) return service;
  const { name, namespace = '' } = service.value.reference;
  const listed = await reader.list('TargetGroupBinding', { namespace });
  if (!listed.ok) return listed.reason === 'NotInstalled' ? NOT_APPLICABLE : listed;
  return found(listed.value.filter(({ spec }) => spec.serviceRef?.name === name));
};
