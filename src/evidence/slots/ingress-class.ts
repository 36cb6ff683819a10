import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import { found } from '../../diagnosis/model/lookup.ts';
import { namedClass, servingClass } from '../../diagnosis/topology/ingress-class.ts';
import { controllerOf } from '../../diagnosis/topology/ingress-controllers.ts';
import type { SlotReader } from '../slot-context.ts';

export const readIngressClass: SlotReader<'ingressClass'> = async ({ slot, reader }) => {
  const route = await slot('ingress');
  if (!route.ok) return route;
  const ingress = route.value.match?.ingress ?? route.value.candidates[0];
  if (ingress === undefined) return NOT_APPLICABLE;
  const classes = await reader.list('IngressClass');
  if (!classes.ok) return classes;
  const named = namedClass(ingress);
  const ingressClass = servingClass(ingress, classes.value);
  return found({
    ingress,
    ...(named === undefined ? {} : { named }),
    ...(ingressClass === undefined ? {} : { ingressClass }),
    existing: classes.value.map(({ metadata }) => metadata.name),
  });
};

export const readControllerDeployments: SlotReader<'controllerDeployments'> = async ({ slot, reader }) => {
  const served = await slot('ingressClass');
  if (!served.ok) return served;
  const controller = controllerOf(served.value.ingressClass?.spec.controller);
  if (controller === undefined) return NOT_APPLICABLE;
  const looks = await Promise.all(controller.labels.map((labels) => reader.list('Deployment', { labels })));
  const failed = looks.find(({ ok }) => !ok);
  return failed ?? found(looks.flatMap((look) => (look.ok ? look.value : [])));
};
