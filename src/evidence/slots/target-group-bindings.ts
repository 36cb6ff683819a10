import { NOT_APPLICABLE, type Slot } from '../../diagnosis/model/evidence.ts';
import type { TargetGroupBinding } from '../../diagnosis/model/kubernetes.ts';
import { found, type Lookup } from '../../diagnosis/model/lookup.ts';
import type { SlotReader } from '../slot-context.ts';

/** A cluster has the API of the controller, that of EKS Auto Mode, both or none. */
function joined(
  lists: readonly Lookup<readonly TargetGroupBinding[]>[],
): Slot<readonly TargetGroupBinding[]> {
  const read = lists.flatMap((list) => (list.ok ? [list.value] : []));
  const all = read.flat();
  const failed = lists.find((list) => !list.ok && list.reason !== 'NotInstalled');
  if (all.length === 0 && failed !== undefined) return failed;
  return read.length > 0 ? found(all) : NOT_APPLICABLE;
}

export const readTargetGroupBindings: SlotReader<'targetGroupBindings'> = async ({ slot, reader }) => {
  const [alb, service] = await Promise.all([slot('healthCheckedBy'), slot('service')]);
  if (!alb.ok) return alb;
  if (!service.ok) return service;
  const { name, namespace = '' } = service.value.reference;
  const all = joined(
    await Promise.all([
      reader.list('TargetGroupBinding', { namespace }),
      reader.list('EKSTargetGroupBinding', { namespace }),
    ]),
  );
  return all.ok ? found(all.value.filter(({ spec }) => spec.serviceRef?.name === name)) : all;
};
