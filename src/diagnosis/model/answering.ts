import type { Evidence } from './evidence.ts';
import { type AnsweredBy, answeredByApplication, type Observation } from './observation.ts';
import { type ObjectReference, referenceTo } from './reference.ts';
import type { HopAnswer, PodsEvidence } from './route-evidence.ts';
import { hasCondition, servingPods, workloadOf } from './serving-pods.ts';
import type { Confidence, Layer } from './vocabulary.ts';

/** What tells whether the application wrote an answer. */
export type AnswerEvidence = Pick<Evidence, 'observation' | 'request' | 'home'> &
  Partial<Pick<Evidence, 'ingress' | 'httpRoute' | 'service' | 'endpoints' | 'pods' | 'hops'>>;

/** Layers that answer in the application's place. */
const GATEWAYS: ReadonlySet<Layer> = new Set(['Edge', 'LoadBalancer', 'WAF', 'Ingress', 'Network', 'Auth']);

/** What gateways answer when they find nothing behind them: no evidence for the application by themselves. */
const GATEWAY_CODES: ReadonlySet<number> = new Set([502, 503, 504]);

/** What routers, WAFs and limiters say as often as applications do. */
export const isAmbiguous = (code: number): boolean =>
  Math.floor(code / 100) === 3 || [400, 403, 404, 408, 411, 413, 414, 417, 421, 426, 429, 431].includes(code);

/** JSON that no gateway signed is the word of an application, whatever its code. */
export const isUnsignedJSON = ({ answeredBy, headers }: Observation): boolean =>
  answeredBy === undefined && /[/+]json\b/.test(headers['content-type'] ?? '');

export const isGateway = (answeredBy: AnsweredBy | undefined): boolean =>
  answeredBy !== undefined && GATEWAYS.has(answeredBy.layer);

/**
 * Frameworks of applications that are no reverse proxies. Express and Kestrel may be either: of these, only Kestrel's own
 * error as JSON tells.
 */
const FRAMEWORKS: ReadonlySet<string> = new Set([
  'FastAPI',
  'uvicorn',
  'Django',
  'Flask',
  'gunicorn',
  'NestJS',
  'Spring',
  'Tomcat',
  'Rails',
  'PHP',
]);

/** Whether code of the developers wrote the answer, and no proxy that stands in for it. */
export const isFramework = (answeredBy: AnsweredBy | undefined): boolean =>
  answeredBy !== undefined &&
  (FRAMEWORKS.has(answeredBy.product) ||
    (answeredBy.product === 'Kestrel' && answeredBy.confidence === 'High'));

/** Whether nginx signed the answer, the controller ingress-nginx or one in a Pod. */
export const isNginx = (answeredBy: AnsweredBy | undefined): boolean =>
  answeredBy !== undefined && /nginx/i.test(answeredBy.product);

/** Not asked in the end: the address guard kept the request back. */
export const isKeptBack = ({ failure }: Observation): boolean => failure?.reason === 'TargetRefused';

type Asked = Partial<Pick<Evidence, 'hops' | 'endpoints'>>;

/** What Pods said that get requests: one that is not ready may say anything. */
export const podHops = ({ hops = [], endpoints }: Asked): readonly HopAnswer[] =>
  hops.filter(
    ({ hop, address, observation }) =>
      hop === 'Pod' &&
      !isKeptBack(observation) &&
      (endpoints?.some((one) => one.ready && one.address === address) ?? true),
  );

/** What the router said, asked at its own address. */
export const entranceHops = ({ hops = [] }: Asked): readonly HopAnswer[] =>
  hops.filter(({ hop }) => hop === 'Ingress' || hop === 'Gateway');

/** Whether the router, asked at its own address, answers as it should. */
export const isEntranceServing = (evidence: Asked): boolean =>
  entranceHops(evidence).some(({ observation }) => observation.success);

/** Whether routing would bring the request to a ready Pod, as far as it could be looked at. */
export function routeState({
  ingress,
  httpRoute,
  service,
  endpoints,
}: AnswerEvidence): 'Complete' | 'Broken' | 'Unknown' {
  if ([ingress, httpRoute].some((router) => router !== undefined && router.match === undefined))
    return 'Broken';
  if (service === undefined) return 'Unknown';
  if (service.service === undefined || service.port === undefined) return 'Broken';
  if (endpoints === undefined) return 'Unknown';
  return endpoints.some(({ ready }) => ready) ? 'Complete' : 'Broken';
}

/** The Ingress or HTTPRoute of which a rule takes the request. */
export function routerOf({ ingress, httpRoute, home }: AnswerEvidence): ObjectReference | undefined {
  if (ingress?.match !== undefined)
    return referenceTo({ kind: 'Ingress', ...ingress.match.ingress.metadata }, home);
  if (httpRoute?.match === undefined) return undefined;
  return referenceTo({ kind: 'HTTPRoute', ...httpRoute.match.route.metadata }, home);
}

/** Asked at the Service itself, which passes connections on and writes nothing. */
export const isDirect = (evidence: AnswerEvidence): boolean =>
  evidence.ingress === undefined && evidence.httpRoute === undefined && routeState(evidence) === 'Complete';

/** The workloads of the ready Pods, else of all. */
function workloadsOf(pods: PodsEvidence): readonly ObjectReference[] {
  const serving = servingPods(pods);
  const ready = serving.filter((pod) => hasCondition(pod, 'Ready'));
  const workloads = (ready.length > 0 ? ready : serving).map((pod) => workloadOf(pod, pods));
  return workloads.filter(({ ref }, index) => workloads.findIndex((other) => other.ref === ref) === index);
}

/** What stands behind the answer: the one workload that serves, else the Service, else the host. */
export function applicationOf({ pods, service, request, home }: AnswerEvidence): ObjectReference {
  const [workload, ...others] = pods === undefined ? [] : workloadsOf(pods);
  if (workload !== undefined && others.length === 0) return workload;
  return service?.reference ?? referenceTo({ kind: 'Host', name: request.host }, home);
}

/** A command that shows what the application wrote; what is no Kubernetes object has no log to show. */
export const logCommand = ({ kind, namespace = '', name }: ObjectReference, { code }: Observation): string =>
  kind === 'Host'
    ? `statusprobe explain ${code ?? 'Assertion'}`
    : `kubectl -n '${namespace}' logs '${kind}/${name}'`;

export type Sameness = (hop: Observation) => boolean;

const answersOf = (evidence: Asked): readonly Observation[] =>
  podHops(evidence)
    .map(({ observation }) => observation)
    .filter(({ code }) => code !== undefined);

/** Of several workloads behind one Service the one whose Pods gave such an answer, where Pods were asked. */
export function writerOf(evidence: AnswerEvidence, isSame: Sameness): ObjectReference {
  const { pods } = evidence;
  const said = podHops(evidence).filter(({ observation }) => isSame(observation));
  const writers = pods?.pods.filter(({ metadata }) => said.some(({ podName }) => podName === metadata.name));
  if (pods === undefined || writers === undefined || writers.length === 0) return applicationOf(evidence);
  return applicationOf({ ...evidence, pods: { ...pods, pods: writers } });
}

/** Whether Pods said anything when they were asked directly. */
export const answeredDirectly = (evidence: Asked): boolean => answersOf(evidence).length > 0;

/** The Pods answer as expected when they are asked directly. */
export function isCleared(evidence: Asked): boolean {
  const answers = answersOf(evidence);
  return answers.length > 0 && answers.every(({ success }) => success);
}

/** How sure the answers of the Pods themselves make it. */
function byWitness(evidence: AnswerEvidence, isSame: Sameness): Confidence | undefined {
  const answers = answersOf(evidence);
  const same = answers.filter(isSame);
  if (same.length === 0) return undefined;
  return same.length === answers.length ? 'High' : 'Medium';
}

/** Istio's proxies are Envoy, and each puts its own name on the answers of those behind it. */
const signatureOf = (product: string | undefined): string | undefined =>
  product === 'Istio' ? 'Envoy' : product;

const CUSTOM_ERRORS = 'nginx.ingress.kubernetes.io/custom-http-errors';

/** Whether the controller puts a page of its own in place of what is answered with such a code. */
export function isPageReplaced({ ingress, observation: { code } }: AnswerEvidence): boolean {
  const codes = ingress?.match?.ingress.metadata.annotations?.[CUSTOM_ERRORS]?.split(',') ?? [];
  return codes.some((each) => Number(each) === code);
}

/** A gateway's page can travel through others unchanged: the Pod may hold the very proxy that wrote it. */
const isWrittenInPod = (evidence: AnswerEvidence, isSame: Sameness): boolean =>
  answersOf(evidence).some(
    (answer) =>
      isSame(answer) &&
      (isPageReplaced(evidence) ||
        signatureOf(answer.answeredBy?.product) === signatureOf(evidence.observation.answeredBy?.product)),
  );

/** Middlewares of Traefik through which the Ingress sends requests. */
export const MIDDLEWARES = 'traefik.ingress.kubernetes.io/router.middlewares';

/** What a middleware that cannot ask its server says, and many an application: nothing but the code. */
const isBareError = ({ code, answeredBy, bodyStart, headers }: Observation): boolean =>
  code === 500 && answeredBy === undefined && (bodyStart === '' || headers['content-length'] === '0');

/** Without a middleware that the Ingress names, Traefik has no route, and says so in the words of any program in Go. */
const isOfAnyGoProgram = ({ code, answeredBy }: Observation): boolean =>
  code === 404 && answeredBy?.product === 'Unknown' && answeredBy.confidence === 'Low';

interface Routed {
  readonly observation: Observation;
  readonly ingress?: Pick<Evidence['ingress'], 'match'>;
}

const middlewaresOf = ({ ingress }: Routed): string | undefined =>
  ingress?.match?.ingress.metadata.annotations?.[MIDDLEWARES];

/** The middlewares of the Ingress, where Traefik may have dropped its route for want of one. */
export const middlewaresInDoubt = (evidence: Routed): string | undefined =>
  isOfAnyGoProgram(evidence.observation) ? middlewaresOf(evidence) : undefined;

const mayBeOfTraefik = (evidence: AnswerEvidence): boolean =>
  middlewaresInDoubt(evidence) !== undefined ||
  (isBareError(evidence.observation) && middlewaresOf(evidence) !== undefined);

/** How sure it is without having asked the Pods. */
function byRoute(evidence: AnswerEvidence): Confidence | undefined {
  const { answeredBy, code = 0 } = evidence.observation;
  if (isDirect(evidence)) return 'High';
  if (answeredByApplication(evidence.observation)) return answeredBy?.confidence;
  const isOfGateways = GATEWAY_CODES.has(code);
  const isTelling = !isGateway(answeredBy) && (!isOfGateways || isUnsignedJSON(evidence.observation));
  if (!isTelling || routeState(evidence) !== 'Complete' || mayBeOfTraefik(evidence)) return undefined;
  return isOfGateways || isAmbiguous(code) ? 'Low' : 'Medium';
}

/** How sure it is that the application wrote the answer; undefined when somebody before it did. */
export function writtenByApplication(evidence: AnswerEvidence, isSame: Sameness): Confidence | undefined {
  const { answeredBy } = evidence.observation;
  const otherwise = byRoute(evidence);
  // Somebody's application answered, but hardly the one to which the route would lead.
  if (routeState(evidence) === 'Broken') return otherwise && 'Low';
  const isProvedGateway = isGateway(answeredBy) && answeredBy?.confidence === 'High' && !isDirect(evidence);
  if (isProvedGateway && !isWrittenInPod(evidence, isSame)) return undefined;
  const testimony = byWitness(evidence, isSame);
  if (testimony !== undefined || !isCleared(evidence)) return testimony ?? otherwise;
  // Pods that answer well now may have answered otherwise a moment ago.
  return otherwise && (otherwise === 'High' ? 'Medium' : 'Low');
}

/** A 503 of these is about what they send to; nginx also writes one where it is told to, or limits. */
const TELLS_OF_UPSTREAM: ReadonlySet<string> = new Set(['Envoy', 'Istio', 'HAProxy', 'Traefik', 'Linkerd']);

/** Whether every Pod that answers so has its answer written by a proxy of its own that reaches nobody. */
export function isByProxyInPods(evidence: AnswerEvidence, isSame: Sameness): boolean {
  const writers = answersOf(evidence).filter(isSame);
  return (
    writers.length > 0 &&
    writers.every(
      ({ answeredBy: by }) =>
        by?.confidence === 'High' && by.layer !== 'Application' && TELLS_OF_UPSTREAM.has(by.product),
    )
  );
}
