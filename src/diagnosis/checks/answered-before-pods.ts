import {
  type AnswerEvidence,
  answeredDirectly,
  applicationOf,
  entranceHops,
  isAmbiguous,
  isCleared,
  isGateway,
  isNginx,
  isPageReplaced,
  middlewaresInDoubt,
  podHops,
  routerOf,
  routeState,
} from '../model/answering.ts';
import { defineCheck } from '../model/check.ts';
import { APPLICATION_REASONS } from '../model/consequences.ts';
import type { Evidence } from '../model/evidence.ts';
import { isNotByRouter } from '../model/left-to-pods.ts';
import { type AnsweredBy, answeredByApplication, type Observation, remoteIP } from '../model/observation.ts';
import { isPolicyPassedOn } from '../model/proxy-in-pods.ts';
import { type ObjectReference, referenceTo } from '../model/reference.ts';
import type { HopAnswer } from '../model/route-evidence.ts';
import { redirectChain } from '../model/telling-headers.ts';
import { loggedAnswer } from '../model/told-by-logs.ts';
import type { Confidence } from '../model/vocabulary.ts';

/** Gateways that ask for credentials by a policy or plugin of their own, which no other check knows. */
const ASKS_BY_PLUGIN: ReadonlySet<string> = new Set(['Envoy', 'HAProxy', 'Istio', 'Kong']);

const isAskedByPlugin = ({ answeredBy }: Observation): boolean =>
  answeredBy?.confidence === 'High' && ASKS_BY_PLUGIN.has(answeredBy.product);

/** Codes by which a gateway speaks for itself, and not of what it found behind it. */
function isOwnWord(observation: Observation): boolean {
  const { code = 0, answeredBy } = observation;
  if (!isGateway(answeredBy) || code < 300 || code >= 500 || isPolicyPassedOn(observation)) return false;
  return code !== 401 || isAskedByPlugin(observation);
}

/** Pods would get the request, and none of them logged that it gave this answer. */
const mayStopBeforePods = (evidence: Parameters<typeof loggedAnswer>[0] & Parameters<typeof routeState>[0]) =>
  routeState(evidence) === 'Complete' && loggedAnswer(evidence) === undefined;

const mayBeOwnWord = (evidence: Parameters<typeof isNotByRouter>[0]): boolean =>
  isOwnWord(evidence.observation) && !isNotByRouter(evidence) && !isPageReplaced(evidence);

/** What depends on nothing but the request, and hardly comes from a router. */
const SAID_TO_THE_REQUEST: ReadonlySet<number> = new Set([405, 406, 410, 415, 451]);

/** A guess where the Pods are not seen, or where nginx signed and it is known neither what routes nor what the Pods say. */
function surenessOf(evidence: AnswerEvidence & Partial<Pick<Evidence, 'ingressClass'>>): Confidence {
  const { observation, ingress, ingressClass, pods } = evidence;
  if (pods === undefined) return 'Low';
  const isKnown = ingress?.match === undefined || ingressClass?.ingressClass !== undefined;
  return isKnown || !isNginx(observation.answeredBy) || answeredDirectly(evidence) ? 'Medium' : 'Low';
}

/** What an application says to one caller at one moment, and to nobody at the next: a limit was reached, a wait was over. */
const isPassing = (observation: Observation): boolean =>
  answeredByApplication(observation) && (observation.code === 408 || observation.code === 429);

/** What Pods that answer well do not say one moment and unsay the next. */
function isLasting(observation: Observation): boolean {
  const { code = 0, failure } = observation;
  if (isPassing(observation)) return false;
  const isCode = failure === undefined || failure.reason === 'UnexpectedStatus';
  const isCodeLasting =
    isAmbiguous(code) || (SAID_TO_THE_REQUEST.has(code) && !answeredByApplication(observation));
  return isCode ? isCodeLasting : failure.phase === 'Assert' && failure.reason !== 'TooSlow';
}

/** Who stands outside the cluster, where no object of it tells what they do; AWS WAF also stands in a load balancer that the cluster made. */
const isOutside = ({ layer, product }: AnsweredBy): boolean =>
  layer === 'Edge' || (layer === 'WAF' && product !== 'AWS WAF');

/** Headers by which edges show that an answer came through them. */
const PASSED_BY_EDGE = ['x-amz-cf-id', 'cf-ray', 'x-azure-ref', 'x-served-by', 'x-akamai-request-id'];

/** The entrance answers well who asks it as the caller asks: what it was asked through an edge was something else. */
const isChangedByEdge = (observation: Observation, hops: readonly HopAnswer[] = []): boolean =>
  PASSED_BY_EDGE.some((name) => observation.headers[name] !== undefined) &&
  entranceHops({ hops }).some(
    ({ address, observation: { success } }) => success && address !== remoteIP(observation),
  );

/** Who it was, as far as the answer tells. */
function writerOf(observation: Observation, hops?: readonly HopAnswer[]) {
  const { answeredBy } = observation;
  if (isChangedByEdge(observation, hops)) {
    const signs = ['the entrance, asked directly, answers as expected'];
    return { who: 'What an edge makes of it', at: { layer: 'Edge' as const }, signs, isOutside: true };
  }
  if (answeredBy === undefined || !isGateway(answeredBy))
    return { who: 'Something before the Pods', at: {}, signs: [], isOutside: false };
  const { product, layer, evidence } = answeredBy;
  return { who: product, at: { layer }, signs: evidence, isOutside: isOutside(answeredBy) };
}

/** Traefik tells nobody but its log which middleware it misses. */
function lostRoute(evidence: AnswerEvidence): string[] {
  const middlewares = middlewaresInDoubt(evidence);
  if (middlewares === undefined) return [];
  return [`Traefik drops a route of which a middleware is missing, and answers so: ${middlewares}`];
}

const showCommand = ({ kind, name, namespace }: ObjectReference, home: string): string =>
  `kubectl -n '${namespace ?? home}' get '${kind}/${name}' -o yaml`;

export const answeredBeforePods = defineCheck({
  id: 'answered-before-pods',
  title: 'The request reaches the Pods, and their answer comes back as it is',
  layer: 'Ingress',
  needs: ['observation', 'request', 'home', 'service', 'endpoints'],
  wants: ['ingress', 'ingressClass', 'httpRoute', 'pods', 'hops', 'logs'],
  reasons: {
    AnsweredBeforePods: {
      severity: 'Warning',
      owner: 'DevOps',
      message: '{who} answers {request} in place of {workload}',
      fix: 'See which rule or setting on the way to {workload} makes this answer',
      command: '{command}',
      explains: ['3xx', '4xx', 'RedirectLoop', 'Assertion'],
      leadsTo: ['ApplicationMethodNotAllowed', 'ApplicationUnsupportedMediaType', ...APPLICATION_REASONS],
    },
  },
  run(evidence, report) {
    const { observation, request, home } = evidence;
    const router = routerOf(evidence);
    const isSure = isCleared(evidence) && isLasting(observation);
    if (router === undefined || !mayStopBeforePods(evidence)) return [];
    if (!isSure && !mayBeOwnWord(evidence)) return [];
    const { who, at, signs, isOutside } = writerOf(observation, evidence.hops);
    const subject = isOutside ? referenceTo({ kind: 'Host', name: request.host }, home) : router;
    const { ref: workload } = applicationOf(evidence);
    const asked = podHops(evidence).map(({ ref }) => `${ref}, asked directly, answers as expected`);
    return [
      report('AnsweredBeforePods', {
        subject,
        slots: {
          who,
          request: `${request.method} ${request.path}`,
          workload,
          command: isOutside
            ? `statusprobe explain ${observation.code ?? 'Assertion'}`
            : showCommand(router, home),
        },
        evidence: [...redirectChain(observation), ...signs, ...lostRoute(evidence), ...(isSure ? asked : [])],
        confidence: surenessOf(evidence),
        ...at,
        ...(isSure ? { severity: 'Error' } : {}),
      }),
    ];
  },
});
