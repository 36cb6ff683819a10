import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import type { Ingress, IngressClass } from '../../diagnosis/model/kubernetes.ts';
import { found, type Lookup, mapLookup } from '../../diagnosis/model/lookup.ts';
import { hasCondition } from '../../diagnosis/model/serving-pods.ts';
import { namedClass, servingClass } from '../../diagnosis/topology/ingress-class.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';
import { podsOfController } from './controller-pods.ts';

const isReady = async ({ reader }: SlotContext, { spec }: IngressClass): Promise<Lookup<boolean>> =>
  mapLookup(await podsOfController(reader, spec.controller), (pods) =>
    pods.some((pod) => hasCondition(pod, 'Ready')),
  );

/** Ingresses that name another class than this one. */
const ofOtherClasses = (ingress: Ingress, others: readonly Ingress[]): readonly Ingress[] =>
  others.filter(
    (other) =>
      other.metadata.namespace === ingress.metadata.namespace &&
      namedClass(other) !== undefined &&
      namedClass(other) !== namedClass(ingress),
  );

export const readServedSiblings: SlotReader<'servedSiblings'> = async (context) => {
  const { slot, reader } = context;
  const [route, own, pods] = await Promise.all([
    slot('ingress'),
    slot('ingressClass'),
    slot('controllerPods'),
  ]);
  if (!route.ok) return route;
  if (!own.ok) return own;
  if (!pods.ok) return pods;
  const siblings = ofOtherClasses(own.value.ingress, route.value.others ?? []);
  if (pods.value.length > 0 || siblings.length === 0) return NOT_APPLICABLE;
  const classes = await reader.list('IngressClass');
  if (!classes.ok) return classes;
  const served = siblings.flatMap((sibling) => {
    const ingressClass = servingClass(sibling, classes.value);
    return ingressClass === undefined ? [] : [{ sibling, ingressClass }];
  });
  const used = new Set(served.map(({ ingressClass }) => ingressClass));
  const looks = await Promise.all(
    [...used].map(async (each) => ({ each, ready: await isReady(context, each) })),
  );
  const ready = new Set(looks.flatMap(({ each, ready: look }) => (look.ok && look.value ? each : [])));
  return found(served.filter(({ ingressClass }) => ready.has(ingressClass)).map(({ sibling }) => sibling));
};
