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

/** Not applicable where there is no Service or it has no selector: then nothing says which Pods stand behind it. */
export async function selectionOf({ slot }: SlotContext): Promise<Slot<Selection>> {
  const route = await slot('service');
  if (!route.ok) return route;
  const { service } = route.value;
  const selector = service?.spec.selector ?? {};
  if (service === undefined || Object.keys(selector).length === 0 || service.spec.type === 'ExternalName') {
    return NOT_APPLICABLE;
  }
  return found({ service, namespace: service.metadata.namespace ?? '', selector });
}
