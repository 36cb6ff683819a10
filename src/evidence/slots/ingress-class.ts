import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import { found, type Lookup } from '../../diagnosis/model/lookup.ts';
import type { Pod } from '../../diagnosis/model/pod.ts';
import { namedClass, servingClass } from '../../diagnosis/topology/ingress-class.ts';
import { controllerOf } from '../../diagnosis/topology/ingress-controllers.ts';
import type { ClusterReader } from '../cluster/reader.ts';
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

/** By the labels that the controller's own manifests set; only where none are found, by image among all Pods. */
export async function podsOfController(
  reader: ClusterReader,
  name: string | undefined,
): Promise<Lookup<readonly Pod[]>> {
  const controller = controllerOf(name);
  if (controller === undefined) return found([]);
  const byLabel = await Promise.all(controller.labels.map((labels) => reader.list('Pod', { labels })));
  const failed = byLabel.find((lookup) => !lookup.ok);
  if (failed !== undefined) return failed;
  const labelled = byLabel.flatMap((lookup) => (lookup.ok ? lookup.value : []));
  if (labelled.length > 0) return found([...new Set(labelled)]);
  return reader.list('Pod', { image: controller.image });
}

export const readControllerPods: SlotReader<'controllerPods'> = async ({ slot, reader }) => {
  const served = await slot('ingressClass');
  return served.ok ? podsOfController(reader, served.value.ingressClass?.spec.controller) : served;
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
