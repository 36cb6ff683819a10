import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { byCodeUnit } from '../model/code-unit.ts';
import type { WorkloadsEvidence } from '../model/evidence.ts';
import { nearest } from '../model/nearest.ts';
import type { Pod } from '../model/pod.ts';
import { servingPods } from '../model/serving-pods.ts';

type Labels = Readonly<Record<string, string>>;
type Pair = readonly [key: string, value: string];

/** Labels that Pods have or would have, and whose they are. */
interface Labelled {
  readonly whose: string;
  readonly labels: Labels;
}

const written = (pairs: readonly Pair[]): string =>
  [...pairs]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');

/** The pair that was meant by one that does not fit: a near value of the same key, or a near key of the same value. */
function meantPair([key, value]: Pair, labels: Labels): Pair | undefined {
  const actual = labels[key];
  if (actual !== undefined) return nearest(value, [actual]) === undefined ? undefined : [key, actual];
  const close = nearest(
    key,
    Object.keys(labels).filter((each) => labels[each] === value),
  );
  return close === undefined ? undefined : [close, value];
}

interface Candidate {
  readonly whose: string;
  readonly suggested: readonly Pair[];
  /** How many pairs of the selector fit as they are. */
  readonly fitting: number;
}

/** A selector is close to labels when all that is wrong are slips of the pen, or when another pair fits. */
function compare(selector: Labels, { whose, labels }: Labelled): Candidate[] {
  const meant = Object.entries(selector).map((pair) => {
    const [key] = pair;
    const actual = labels[key];
    const slip = meantPair(pair, labels);
    return { fits: actual === pair[1], slip, actual: actual === undefined ? [] : [[key, actual] as const] };
  });
  const fitting = meant.filter(({ fits }) => fits).length;
  const isClose = fitting > 0 || meant.every(({ slip }) => slip !== undefined);
  if (!isClose) return [];
  return [{ whose, fitting, suggested: meant.flatMap(({ slip, actual }) => (slip ? [slip] : actual)) }];
}

/** Deployments and their like before Pods; a ReplicaSet's labels are its Deployment's. */
const labelledOf = ({ others }: WorkloadsEvidence, neighbours: readonly Pod[]): readonly Labelled[] => [
  ...others
    .filter(({ metadata }) => (metadata.ownerReferences ?? []).length === 0)
    .map(({ kind, metadata, spec }) => ({
      whose: `Pods of ${kind}/${metadata.name}`,
      labels: spec.template?.metadata?.labels ?? {},
    })),
  ...neighbours.map(({ metadata }) => ({ whose: 'other Pods', labels: metadata.labels ?? {} })),
];

export const serviceSelector = defineCheck({
  id: 'service-selector',
  title: 'The selector of the Service takes Pods',
  layer: 'Service',
  needs: ['service', 'pods', 'workloads', 'home'],
  wants: ['neighbours'],
  reasons: {
    SelectorMatchesNoPods: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Service {service} selects {selector}, which no Pod has{nearest}',
      fix: 'Set the selector of Service {service} to {suggested}',
      command: "kubectl -n '{namespace}' get pods --show-labels",
      explains: [404, ...GATEWAY_SYMPTOMS],
      leadsTo: ['NoEndpoints', 'NoReadyEndpoints'],
    },
  },
  run({ service: { service, reference }, pods, workloads, neighbours = [], home }, report) {
    const { selector = {}, type } = service?.spec ?? {};
    const isSelecting = Object.keys(selector).length > 0 && type !== 'ExternalName';
    // A workload that is scaled to 0 or cannot create its Pods has the labels: the selector is right.
    const isRight = workloads.selected.length > 0 || servingPods(pods).length > 0;
    if (!isSelecting || isRight) return [];
    const [best] = labelledOf(workloads, neighbours)
      .flatMap((labelled) => compare(selector, labelled))
      .sort((a, b) => b.fitting - a.fitting);
    const { name, namespace = home } = reference;
    const suggested = best && written(best.suggested);
    return [
      report('SelectorMatchesNoPods', {
        subject: { ...reference, field: 'spec.selector' },
        slots: {
          service: name,
          namespace,
          selector: written(Object.entries(selector)),
          nearest: best === undefined ? '' : `; ${best.whose} have ${suggested}`,
          suggested: suggested ?? 'the labels of the Pods that it is for',
        },
        observed: written(Object.entries(selector)),
        ...(suggested === undefined ? {} : { expected: suggested }),
        confidence: best === undefined ? 'Medium' : 'High',
      }),
    ];
  },
});
