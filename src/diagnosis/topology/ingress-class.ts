import type { Ingress, IngressClass } from '../model/kubernetes.ts';

const LEGACY_ANNOTATION = 'kubernetes.io/ingress.class';
const DEFAULT_ANNOTATION = 'ingressclass.kubernetes.io/is-default-class';

/** The class that an Ingress names, by field or by the older annotation; undefined when it leaves it to the default. */
export const namedClass = ({ spec, metadata }: Ingress): string | undefined =>
  spec.ingressClassName ?? metadata.annotations?.[LEGACY_ANNOTATION];

const isDefault = ({ metadata }: IngressClass): boolean =>
  metadata.annotations?.[DEFAULT_ANNOTATION] === 'true';

/** The class object that serves an Ingress: the named one, else the newest default class, as admission chooses. */
export function servingClass(ingress: Ingress, classes: readonly IngressClass[]): IngressClass | undefined {
  const named = namedClass(ingress);
  if (named !== undefined) return classes.find(({ metadata }) => metadata.name === named);
  const age = ({ metadata }: IngressClass) => metadata.creationTimestamp ?? '';
  return classes
    .filter(isDefault)
    .reduce<IngressClass | undefined>(
      (newest, each) => (newest === undefined || age(each) > age(newest) ? each : newest),
      undefined,
    );
}
