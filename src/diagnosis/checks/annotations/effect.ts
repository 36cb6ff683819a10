import type { Symptom } from '../../model/check.ts';
import { probesOf } from '../../model/container-ports.ts';
import type { IngressMatch } from '../../model/ingress-evidence.ts';
import type { Service } from '../../model/kubernetes.ts';
import { answeredByApplication, type Observation } from '../../model/observation.ts';
import type { Pod } from '../../model/pod.ts';
import type { HopAnswer, RoutedRequest, RouteEndpoint } from '../../model/route-evidence.ts';

/** What of the request and its way an annotation's effect depends on. */
export interface EffectContext {
  readonly request: RoutedRequest;
  readonly observation: Observation;
  readonly match: IngressMatch;
  readonly annotations: Readonly<Record<string, string>>;
  readonly service?: Service;
  readonly hops: readonly HopAnswer[];
  readonly endpoints: readonly RouteEndpoint[];
  readonly pods: readonly Pod[];
  /** By annotation whether what it names exists; absent where nobody could look. */
  readonly secrets?: Readonly<Record<string, boolean>>;
}

export const EFFECTS = [
  'IngressRedirects',
  'IngressWantsCredentials',
  'IngressAuthRequestFails',
  'IngressRefusesSource',
  'IngressRefusesRequest',
  'IngressLimitsRate',
  'IngressDeniesLocation',
  'IngressGivesUpEarly',
  'IngressProtocolWrong',
  'IngressDistrustsBackend',
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

const isCircle = ({ failure }: Observation): boolean =>
  /RedirectLoop|TooManyRedirects/.test(failure?.reason ?? '');

/** Whether a request that was encrypted already is among those that are redirected in a circle. */
function isEncryptedInCircle({ request, observation }: EffectContext): boolean {
  const { redirects } = observation;
  const asked = redirects.length > 0 ? redirects.map(({ url }) => url) : [`${request.scheme}:`];
  return isCircle(observation) && asked.some((url) => url.startsWith('https:'));
}

/** A location without what may differ and is of no account. */
const placeOf = (location: string, base: string): string | undefined => {
  const url = URL.parse(location, base);
  return url === null ? undefined : `${url.origin}${url.pathname}`;
};

/** Whether a Pod that was asked directly, and was told that the caller's request is encrypted, sends it into the circle. */
function podsLeadIntoCircle({ request, observation, hops }: EffectContext): boolean {
  const { redirects, finalURL } = observation;
  const circle = new Set([...redirects.map(({ url }) => url), finalURL].map((url) => placeOf(url, finalURL)));
  return (
    request.scheme === 'https' &&
    hops.some(({ hop, observation: { code = 0, headers } }) => {
      const isRedirect = hop === 'Pod' && code >= 300 && code < 400;
      return isRedirect && headers.location !== undefined && circle.has(placeOf(headers.location, finalURL));
    })
  );
}

/**
 * The redirect to HTTPS concerns plain requests, and those that something in front has made plain: where the Pods
 * themselves send such a request in a circle, it is they who do not believe that it is encrypted.
 */
export const redirectsToHTTPS = (context: EffectContext): boolean =>
  isEncryptedInCircle(context)
    ? !podsLeadIntoCircle(context) && !answeredByApplication(context.observation)
    : context.request.scheme === 'http' || isCircle(context.observation);

/** Whether the application may as well be who redirects what was encrypted: its Pods do not answer well, and no gateway signed. */
export const mayRedirectBehind = (context: EffectContext): boolean => {
  const layer = context.observation.answeredBy?.layer;
  const isSigned = layer === 'Ingress' || layer === 'LoadBalancer';
  return isEncryptedInCircle(context) && !isSigned && !podsAnswer(context);
};

/** Whether Pods that were asked directly answered well: then it is not they who are slow. */
export const podsAnswer = ({ hops }: EffectContext): boolean =>
  hops.some(({ hop, observation }) => hop === 'Pod' && observation.success);

/** Whether Pods that were asked directly did not fail: whoever sends to another page, or asks for a password, serves. */
export const podsServe = ({ hops }: EffectContext): boolean =>
  hops.some(({ hop, observation: { code = 600 } }) => hop === 'Pod' && code < 500);

/** Whether the controller has somebody to hand requests to. */
export const hasReadyEndpoint = ({ endpoints }: EffectContext): boolean =>
  endpoints.some(({ ready }) => ready);

/** Whether the kubelet asks Pods of the backend below a path: there the application has its routes. */
const isProbedBelow = ({ pods }: EffectContext, prefix: string): boolean =>
  pods.some(({ spec }) =>
    spec.containers.flatMap(probesOf).some(({ httpGet }) => httpGet?.path?.startsWith(`${prefix}/`)),
  );

/** What taking a prefix off does, where the application has its routes below it. */
export const takesOff = (written: string, context: EffectContext): string | undefined => {
  const prefix = written.replace(/\/$/, '');
  const isLost = prefix !== '' && isProbedBelow(context, prefix);
  return when(isLost, `takes ${prefix} off every path, and its Pods have their routes below that`);
};
