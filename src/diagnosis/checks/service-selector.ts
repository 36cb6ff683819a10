import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { byCodeUnit } from '../model/code-unit.ts';
import { nearest } from '../model/nearest.ts';
import type { Pod } from '../model/pod.ts';
import { servingPods } from '../model/serving-pods.ts';
import type { WorkloadsEvidence } from '../model/workloads-evidence.ts';

type Labels = Readonly<Record<string, string>>;
type Pair = readonly [key: string, value: string];

/** Labels that Pods have or would have, and whose they are. */
interface Labelled {
  readonly whose: string;
  /** Of the workload. */
  readonly name?: string;
  readonly labels: Labels;
}

const written = (pairs: readonly Pair[]): string =>
  [...pairs]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');

/** Keys by which people name an application, in the order of their use. */
const NAME_KEYS = ['app', 'app.kubernetes.io/name', 'k8s-app', 'name', 'application', 'run'];

/** `tier` and `example.com/tier`. */
const withoutPrefix = (key: string): string => key.slice(key.lastIndexOf('/') + 1);

/** The key that says the same as one that is not there. */
const sameMeaning = (key: string, known: readonly string[]): string | undefined =>
  known.find((other) => withoutPrefix(other) === withoutPrefix(key)) ??
  (NAME_KEYS.includes(key) ? NAME_KEYS.find((other) => known.includes(other)) : undefined);

/** The pair that was meant by one that does not fit: a near value of the same key, or a like key of the same value. */
function meantPair([key, value]: Pair, labels: Labels): Pair | undefined {
  const actual = labels[key];
  if (actual !== undefined) return nearest(value, [actual]) === undefined ? undefined : [key, actual];
  const known = Object.keys(labels).filter((each) => labels[each] === value);
  const meant = sameMeaning(key, known) ?? nearest(key, known);
  return meant === undefined ? undefined : [meant, value];
}

interface Candidate {
  readonly whose: string;
  readonly suggested: string;
  /** How likely these labels are meant: a slip of the pen before the Service's own name before labels of which some fit. */
  readonly likelihood: number;
}

const LIKELY = 2;

function compare(selector: Labels, service: string, { whose, name, labels }: Labelled): Candidate[] {
  const meant = Object.entries(selector).map((pair) => {
    const [key, value] = pair;
    const actual = labels[key];
    return { fits: actual === value, slip: meantPair(pair, labels), key, actual };
  });
  const fitting = meant.filter(({ fits }) => fits).length;
  const isSlip = meant.every(({ fits, slip }) => fits || slip !== undefined);
  const likelihood = Number(isSlip) * 4 + Number(name === service) * LIKELY + Number(fitting > 0);
  // What fits as a whole is a Pod that has ended.
  if (likelihood === 0 || fitting === meant.length) return [];
  const corrected = meant.flatMap(({ slip, key, actual }): Pair[] => {
    if (slip !== undefined) return [slip];
    return actual === undefined ? [] : [[key, actual]];
  });
  const suggested = written(corrected.length > 0 ? corrected : Object.entries(labels));
  return [{ whose, suggested, likelihood }];
}

/** The labels that were meant; of several of which only some pairs fit, nobody can tell. */
function meantLabels(
  selector: Labels,
  service: string,
  labelled: readonly Labelled[],
): Candidate | undefined {
  const candidates = labelled
    .flatMap((each) => compare(selector, service, each))
    .sort((a, b) => b.likelihood - a.likelihood);
  const [best] = candidates;
  const isClear = candidates.every(({ suggested }) => suggested === best?.suggested);
  return best !== undefined && (best.likelihood >= LIKELY || isClear) ? best : undefined;
}

/** Deployments and their like before Pods; a ReplicaSet's labels are its Deployment's. */
const labelledOf = ({ others }: WorkloadsEvidence, neighbours: readonly Pod[]): readonly Labelled[] => [
  ...others
    .filter(({ metadata }) => (metadata.ownerReferences ?? []).length === 0)
    .map(({ kind, metadata: { name }, spec }) => ({
      whose: `Pods of ${kind}/${name}`,
      name,
      labels: spec.template?.metadata?.labels ?? {},
    })),
  ...neighbours.map(({ metadata: { labels = {} } }) => ({ whose: 'other Pods', labels })),
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
    const { name, namespace = home } = reference;
    const best = meantLabels(selector, name, labelledOf(workloads, neighbours));
    const asked = written(Object.entries(selector));
    return [
      report('SelectorMatchesNoPods', {
        subject: { ...reference, field: 'spec.selector' },
        slots: {
          service: name,
          namespace,
          selector: asked,
          nearest: best === undefined ? '' : `; ${best.whose} have ${best.suggested}`,
          suggested: best?.suggested ?? 'the labels of the Pods that it is for',
        },
        observed: asked,
        ...(best === undefined ? {} : { expected: best.suggested }),
        confidence: best !== undefined && best.likelihood >= LIKELY ? 'High' : 'Medium',
      }),
    ];
  },
});
