import { isUnsignedJSON } from '../model/answering.ts';
import { defineCheck, type Symptom } from '../model/check.ts';
import {
  ANNOTATION_IN_AWS,
  ANSWERED_ELSEWHERE,
  APPLICATION_REASONS,
  TARGETS_UNHEALTHY,
} from '../model/consequences.ts';
import type { Evidence } from '../model/evidence.ts';
import { answeredByApplication, type Observation } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';
import { symptomsOf } from '../model/symptoms.ts';
import { redirectChain } from '../model/telling-headers.ts';
import type { Confidence } from '../model/vocabulary.ts';
import type { EFFECTS, Effect } from './annotations/effect.ts';
import { effectsOn, FAMILIES } from './annotations/effects-on.ts';

const explainedBy = (reason: (typeof EFFECTS)[number]): readonly Symptom[] => [
  ...new Set(
    FAMILIES.flatMap(({ effects }) => effects)
      .filter((effect) => effect.reason === reason)
      .flatMap(({ explains }) => explains),
  ),
];

const effect = <const Fix extends string>(reason: (typeof EFFECTS)[number], fix: Fix) =>
  ({
    severity: 'Error',
    owner: 'DevOps',
    message: 'Ingress {ingress} {does}: {annotation}',
    fix,
    command: "kubectl -n '{namespace}' get ingress '{ingress}' -o yaml",
    explains: explainedBy(reason),
    leadsTo: ANNOTATION_IN_AWS,
  }) as const;

/** What controllers say with a page of their own. */
const SAID_BY_PAGE: ReadonlySet<string> = new Set([
  'IngressWantsCredentials',
  'IngressAuthRequestFails',
  'IngressRefusesSource',
  'IngressRefusesRequest',
  'IngressLimitsRate',
]);

/** A page that no controller signed: one that somebody put in its place, or the application's. */
const isUnsignedPage = ({ answeredBy, bodyStart, method }: Observation): boolean =>
  answeredBy === undefined && bodyStart !== undefined && method !== 'HEAD';

const isUnlikelyPage = ({ reason }: Effect, observation: Observation): boolean =>
  SAID_BY_PAGE.has(reason) && (isUnsignedJSON(observation) || isUnsignedPage(observation));

/** What a gateway signed is its own; what nobody signed may be the application's. What is denied, a stale configuration may deny. */
function confidenceOf(
  { key, isCertain, reason }: Effect,
  { answeredBy }: Observation,
  secrets?: Evidence['annotatedSecrets'],
): Confidence {
  if (isCertain === true) return 'High';
  const isProved = reason !== 'IngressDeniesLocation' || secrets?.[key] === false;
  // The name with which the controller asks may bring another certificate.
  return isProved && reason !== 'IngressDistrustsBackend' ? (answeredBy?.confidence ?? 'Medium') : 'Medium';
}

/** Of two who may redirect or refuse, one does: nobody is accused, neither the Ingress nor the application behind it. */
const ONE_OF_TWO: ReadonlySet<Effect['reason']> = new Set(['IngressRedirects', 'IngressRefusesRequest']);

/** A page of another than the controller's tells against the controller: it is named, and its owner is not. */
const weightOf = (effect: Effect, observation: Observation, isGuess: boolean) => {
  if (isGuess && ONE_OF_TWO.has(effect.reason)) return { severity: 'Error', owner: 'Unknown' } as const;
  if (isUnlikelyPage(effect, observation)) return { severity: 'Warning', owner: 'Unknown' } as const;
  return { severity: isGuess ? 'Warning' : 'Error' } as const;
};

export const ingressBehaviour = defineCheck({
  id: 'ingress-behaviour',
  title: 'What the annotations of the Ingress make its controller answer by itself',
  layer: 'Ingress',
  needs: ['ingress', 'request', 'observation', 'home'],
  wants: ['ingressClass', 'service', 'hops', 'endpoints', 'pods', 'annotatedSecrets'],
  reasons: {
    IngressRedirects: {
      ...effect('IngressRedirects', 'Ask the address that it redirects to, or remove the redirect'),
      leadsTo: [...ANNOTATION_IN_AWS, 'ApplicationRedirect'],
    },
    IngressWantsCredentials: effect(
      'IngressWantsCredentials',
      'Give the probe the credentials, or except its path from them',
    ),
    IngressAuthRequestFails: effect(
      'IngressAuthRequestFails',
      'See in the log of the controller what the server of {ingress} answers, if it can be reached from there',
    ),
    IngressRefusesSource: effect(
      'IngressRefusesSource',
      'Add the address of the probe to the list of {ingress}',
    ),
    IngressRefusesRequest: effect('IngressRefusesRequest', 'Raise the limit, or send what it admits'),
    IngressLimitsRate: effect('IngressLimitsRate', 'Raise the limit, or except the probe from it'),
    IngressDeniesLocation: effect(
      'IngressDeniesLocation',
      'Create what the annotation names, with the keys that the controller looks for, or mend its value; the log of the controller tells what it misses',
    ),
    IngressGivesUpEarly: {
      ...effect(
        'IngressGivesUpEarly',
        'Set the time-out above the longest answer that the application may take',
      ),
      leadsTo: [...ANNOTATION_IN_AWS, 'TimeoutBeforePods', 'AnswerLateOnce', 'ApplicationSlow'],
    },
    IngressProtocolWrong: effect('IngressProtocolWrong', 'Set the protocol that the Pods speak'),
    IngressDistrustsBackend: effect(
      'IngressDistrustsBackend',
      'Set proxy-ssl-name of {ingress} to a name in the certificate of the Pods, and give the controller the authority that signed it',
    ),
    IngressRewritesPath: {
      ...effect(
        'IngressRewritesPath',
        'Catch what follows in the path of the rule, and use it in the target as $1 or $2',
      ),
      leadsTo: [...ANSWERED_ELSEWHERE, ...APPLICATION_REASONS, 'ApplicationMethodNotAllowed'],
    },
    IngressAnswersItself: effect(
      'IngressAnswersItself',
      'Remove the answer from Ingress {ingress}, or let the probe expect it',
    ),
    IngressActionMissing: effect(
      'IngressActionMissing',
      'Add the action annotation of the backend to Ingress {ingress}',
    ),
    IngressClosedToRequest: effect(
      'IngressClosedToRequest',
      'Open Ingress {ingress} to such requests, or ask it as it is open',
    ),
    IngressTargetTypeWrong: {
      ...effect(
        'IngressTargetTypeWrong',
        'Set target-type of Ingress {ingress} to ip, or the type of its Service to NodePort',
      ),
      leadsTo: ['IngressHasNoAddress', 'ALBModelFailed', ...TARGETS_UNHEALTHY],
    },
    IngressAsksFirewall: {
      ...effect(
        'IngressAsksFirewall',
        'See which rule of the firewall blocked the request, and except the request or change the rule',
      ),
      leadsTo: ['AnsweredBeforePods', 'LoggedWAFBlock'],
      layer: 'WAF',
    },
  },
  run({ ingress: { match }, request, observation, home, ingressClass, ...behind }, report) {
    if (match === undefined) return [];
    const { annotations = {}, name, namespace = home } = match.ingress.metadata;
    const { hops = [], endpoints = [], service, pods, annotatedSecrets: secrets } = behind;
    const backend = {
      hops,
      endpoints,
      pods: pods?.pods ?? [],
      ...(secrets && { secrets }),
      ...(service?.service && { service: service.service }),
    };
    const context = { request, observation, match, annotations, ...backend };
    const controller = ingressClass?.ingressClass?.spec.controller;
    const symptoms = symptomsOf(observation);
    const isAbout = ({ explains }: Effect) => explains.some((symptom) => symptoms.includes(symptom));
    return effectsOn(context, controller, isAbout)
      .filter((seen) => seen.effect.isCertain === true || !answeredByApplication(observation))
      .map((seen) => {
        const { key, does } = seen;
        const { reason, isDoubtful } = seen.effect;
        const isGuess = isDoubtful?.(context) === true || isUnlikelyPage(seen.effect, observation);
        const field = `metadata.annotations['${key}']`;
        const annotation = `annotation ${key}${key in annotations ? '' : ' is not set'}`;
        return report(reason, {
          subject: referenceTo({ kind: 'Ingress', ...match.ingress.metadata }, home, field),
          slots: { ingress: name, namespace, does, annotation },
          evidence: reason === 'IngressRedirects' ? redirectChain(observation) : [],
          ...weightOf(seen.effect, observation, isGuess),
          confidence:
            isGuess || controller === undefined ? 'Low' : confidenceOf(seen.effect, observation, secrets),
        });
      });
  },
});
