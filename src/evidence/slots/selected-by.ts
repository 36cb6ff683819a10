import { NOT_APPLICABLE, type Slot } from '../../diagnosis/model/evidence.ts';
import type { Service } from '../../diagnosis/model/kubernetes.ts';
import { found } from '../../diagnosis/model/lookup.ts';
import type { SlotContext } from '../slot-context.ts';

/** What a Service takes its Pods by. */
export interface Selection {
  readonly service: Service;
  readonly namespace: string;
  readonly selector: Readonly<Record<string, string>>;
}

/** Undefined where nothing says which Pods stand behind the Service. */
export function selectionBy(service: Service): Selection | undefined {
  const { selector = {}, type } = service.spec;
  if (Object.keys(selector).length === 0 || type === 'ExternalName') return undefined;
  return { service, namespace: service.metadata.namespace ?? '', selector };
}

/** Not applicable where there is no Service or it has no selector. */
export async function selectionOf({ slot }: SlotContext): Promise<Slot<Selection>> {
  const route = await slot('service');
  if (!route.ok) return route;
  const { service } = route.value;
  const selection = service && selectionBy(service);
  return selection === undefined ? NOT_APPLICABLE : found(selection);
}
