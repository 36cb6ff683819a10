import type { Symptom } from '../../model/check.ts';
import type { HopAnswer, RoutedRequest, RouteEndpoint } from '../../model/evidence.ts';
import type { IngressMatch } from '../../model/ingress-evidence.ts';
import type { Service } from '../../model/kubernetes.ts';
import type { Observation } from '../../model/observation.ts';

/** What of the request and its way an annotation's effect depends on. */
export interface EffectContext {
  readonly request: RoutedRequest;
  readonly observation: Observation;
  readonly match: IngressMatch;
  readonly annotations: Readonly<Record<string, string>>;
  readonly service?: Service;
  readonly hops: readonly HopAnswer[];
  readonly endpoints: readonly RouteEndpoint[];
}

export const EFFECTS = [
  'IngressRedirects',
  'IngressWantsCredentials',
  'IngressAuthRequestFails',
  'IngressRefusesSource',
  'IngressRefusesRequest',
  'IngressLimitsRate',
  'IngressGivesUpEarly',
  'IngressProtocolWrong',
  'IngressRewritesPath',
  'IngressAnswersItself',
  'IngressActionMissing',
  'IngressClosedToRequest',
  'IngressTargetTypeWrong',
  'IngressAsksFirewall',
] as const;

/** What an annotation makes the controller or load balancer answer by itself. */
export interface Effect {
  /** `{backend}` stands for the name of the Service that the rule names. */
  readonly key: string;
  readonly reason: (typeof EFFECTS)[number];
  readonly explains: readonly Symptom[];
  /** The value that holds where the annotation is not set, if that has an effect too. */
  readonly unset?: string;
  /** What it does to this very request, to follow `Ingress shop`; undefined: nothing. */
  readonly does: (value: string, context: EffectContext) => string | undefined;
  /** It happens to every such request, before anything further inside sees it. */
  readonly isCertain?: true;
  /** Whether something else may as well be the cause: then it is a warning. Absent: never. */
  readonly isDoubtful?: (context: EffectContext) => boolean;
}

/** The effects of one controller's annotations. */
export interface EffectFamily {
  readonly prefix: string;
  /** Beginning of `spec.controller` of its IngressClass. */
  readonly controller: string;
  readonly effects: readonly Effect[];
}

/** A sentence where a condition holds. */
export const when = (condition: boolean, text: string): string | undefined => (condition ? text : undefined);

export const isTrue = (value: string): boolean => /^(true|t|1)$/i.test(value);

/** Whether a list of addresses holds everybody of a family. */
export const admitsAll = (list: string): boolean => /(^|[\s,])(0\.0\.0\.0\/0|::\/0)/.test(list);

/** The redirect to HTTPS concerns plain requests, and those that a load balancer in front has made plain. */
export const redirectsToHTTPS = ({ request, observation }: EffectContext): boolean =>
  request.scheme === 'http' || /RedirectLoop|TooManyRedirects/.test(observation.failure?.reason ?? '');

/** Whether Pods that were asked directly answered well: then it is not they who are slow. */
export const podsAnswer = ({ hops }: EffectContext): boolean =>
  hops.some(({ hop, observation }) => hop === 'Pod' && observation.success);

/** Whether the controller has somebody to hand requests to. */
export const hasReadyEndpoint = ({ endpoints }: EffectContext): boolean =>
  endpoints.some(({ ready }) => ready);
