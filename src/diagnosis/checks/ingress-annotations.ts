import { defineCheck, type Symptom } from '../model/check.ts';
import type { Ingress } from '../model/kubernetes.ts';
import { nearest } from '../model/nearest.ts';
import { referenceTo } from '../model/reference.ts';
import { symptomsOf } from '../model/symptoms.ts';
import { AWS_LOAD_BALANCER } from './annotations/aws-load-balancer.ts';
import { INGRESS_NGINX } from './annotations/ingress-nginx.ts';
import type { AnnotationFamily } from './annotations/known-annotation.ts';

const FAMILIES: readonly AnnotationFamily[] = [INGRESS_NGINX, AWS_LOAD_BALANCER];

/** All that an annotation without effect can be the cause of. */
const EXPLAINED: readonly Symptom[] = [
  ...new Set(
    FAMILIES.flatMap(({ keys, rejected }) => [
      ...rejected,
      ...Object.values(keys).flatMap(({ missed = [] }) => missed),
    ]),
  ),
];

/** What follows from it further inside, where the application gets a request that it does not expect. */
const FOLLOWS = [
  'IngressHasNoAddress',
  'IngressRefusesRequest',
  'AnsweredBeforePods',
  'ApplicationRouteNotFound',
  'ApplicationSlow',
  'PodExpectsTLS',
  'PodExpectsHTTP2',
  'ResponseHeadersTooLarge',
];

interface Slip {
  readonly reason: 'AnnotationUnknown' | 'AnnotationInvalid';
  readonly key: string;
  readonly value: string;
  readonly right: string;
  /** What is seen because of it. */
  readonly missed: readonly Symptom[];
}

function slipOf(key: string, value: string): Slip | undefined {
  const family = FAMILIES.find(({ prefix }) => key.startsWith(prefix));
  if (family === undefined) return undefined;
  const { prefix, keys, named, rejected } = family;
  const name = key.slice(prefix.length);
  const known = Object.hasOwn(keys, name) ? keys[name] : undefined;
  if (known !== undefined) {
    const { value: rule, missed = [] } = known;
    if (rule === undefined || rule.pattern.test(value)) return undefined;
    return {
      reason: 'AnnotationInvalid',
      key,
      value,
      right: rule.expected,
      missed: [...missed, ...rejected],
    };
  }
  const close = named.some((beginning) => name.startsWith(beginning))
    ? undefined
    : nearest(name, Object.keys(keys));
  if (close === undefined) return undefined;
  return {
    reason: 'AnnotationUnknown',
    key,
    value,
    right: `${prefix}${close}`,
    missed: keys[close]?.missed ?? [],
  };
}

const slipsOf = ({ metadata }: Ingress): readonly Slip[] =>
  Object.entries(metadata.annotations ?? {}).flatMap(([key, value]) => slipOf(key, value) ?? []);

export const ingressAnnotations = defineCheck({
  id: 'ingress-annotations',
  title: 'The controller of the Ingress knows its annotations and understands their values',
  layer: 'Ingress',
  needs: ['ingress', 'observation', 'home'],
  reasons: {
    AnnotationUnknown: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Ingress {ingress} has annotation {key}, which its controller does not know; it knows {right}',
      fix: 'Rename annotation {key} of Ingress {ingress} to {right}',
      command: "kubectl -n '{namespace}' get ingress '{ingress}' -o yaml",
      explains: EXPLAINED,
      leadsTo: FOLLOWS,
    },
    AnnotationInvalid: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Ingress {ingress} sets annotation {key} to a value that its controller does not understand',
      fix: 'Set annotation {key} of Ingress {ingress} to {right}',
      command: "kubectl -n '{namespace}' get ingress '{ingress}' -o yaml",
      explains: EXPLAINED,
      leadsTo: FOLLOWS,
    },
  },
  run({ ingress: route, observation, home }, report) {
    const ingress = route.match?.ingress ?? route.candidates[0];
    if (ingress === undefined) return [];
    const symptoms = symptomsOf(observation);
    const { name, namespace = home } = ingress.metadata;
    const at = { kind: 'Ingress', ...ingress.metadata };
    return slipsOf(ingress).map(({ reason, key, value, right, missed }) =>
      report(reason, {
        subject: referenceTo(at, home, `metadata.annotations['${key}']`),
        slots: { ingress: name, namespace, key, right },
        observed: reason === 'AnnotationInvalid' ? value : key,
        expected: right,
        // Accused only where what it fails to do is what is seen.
        severity: missed.some((symptom) => symptoms.includes(symptom)) ? 'Error' : 'Info',
      }),
    );
  },
});
