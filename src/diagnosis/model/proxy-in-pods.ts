import { type AnswerEvidence, isGateway, isUnsignedJSON, podHops, type Sameness } from './answering.ts';
import { runningContainers } from './container-ports.ts';
import { isPassedOn, type Observation } from './observation.ts';
import type { Container, Pod } from './pod.ts';
import type { PodsEvidence } from './route-evidence.ts';
import { servingPods } from './serving-pods.ts';
import type { Layer, Owner } from './vocabulary.ts';

/** Codes by which proxies that stand before an application in its own Pod refuse by rules of their own. */
const POLICY_CODES: Readonly<Record<string, readonly number[]>> = {
  Envoy: [401, 403, 429],
  Istio: [401, 403, 429],
  Linkerd: [401, 403, 429],
  'OAuth2 Proxy': [401, 403],
  'kube-rbac-proxy': [401, 403],
};

/** An answer in the words of such a proxy: its own, or that of another behind it. */
const isOfPolicy = ({ code = 0, answeredBy }: Observation): boolean =>
  answeredBy !== undefined &&
  answeredBy.layer !== 'Application' &&
  (POLICY_CODES[answeredBy.product]?.includes(code) ?? false);

/** A proxy of a mesh refused by its policy, and asked nobody behind it. */
export const isByPolicy = (observation: Observation): boolean =>
  isOfPolicy(observation) && !isPassedOn(observation);

/** Envoy passed on a refusal in the words of Envoy: the one behind it wrote them. */
export const isPolicyPassedOn = (observation: Observation): boolean =>
  isOfPolicy(observation) && isPassedOn(observation);

/** By the image, else by the name that an injector gives the container. */
const runs =
  (pattern: RegExp) =>
  ({ name, image = '' }: Container): boolean =>
    pattern.test(image) || pattern.test(name);

const authenticates = runs(
  /(?:^|\/)(?:[\w-]*oauth2?-proxy|kube-rbac-proxy|gatekeeper|louketo-proxy|pomerium)(?=[:@]|$)/,
);

/** Whether the container is a proxy of a mesh, and not the application. */
export const isMeshProxy = runs(/(?:^|\/)(?:proxyv2|envoy|proxy|istio-proxy|linkerd-proxy)(?=[:@]|$)/);

const isOfIstio = runs(/(?:^|\/)(?:proxyv2|istio-proxy)(?=[:@]|$)/);
const isWebServer = runs(/(?:^|\/)(?:nginx(?:-unprivileged)?|openresty|haproxy|traefik|caddy)(?=[:@]|$)/);
const routes = runs(
  /(?:^|\/)(?:proxyv2|envoy|ingress-nginx\/controller|nginx-ingress|haproxy-ingress|kubernetes-ingress(?:-controller)?|traefik|kong(?:-gateway)?|emissary)(?=[:@]|$)/,
);
const isNginxImage = runs(/(?:^|\/)(?:[\w-]*nginx(?:-[\w-]+)?|openresty)(?=[:@]|$)/);

const holdsProxy = (pod: Pod): boolean => runningContainers(pod).some(isMeshProxy);

/** Whether every Pod that serves holds a proxy of a mesh. */
export const isInMesh = (pods: PodsEvidence): boolean => {
  const serving = servingPods(pods);
  return serving.length > 0 && serving.every(holdsProxy);
};

/** Whether any of these Pods holds a proxy of a mesh. */
export const holdsMeshProxy = (pods: readonly Pod[]): boolean => pods.some(holdsProxy);

/** Annotations by which ports go past Istio's proxy. */
const PAST_ISTIO = /^traffic\.sidecar\.istio\.io\/(?:in|ex)clude(?:InboundPorts|Interfaces)$/;

/** Whether whatever comes to any port of the Pod goes through Istio's proxy. */
export const isBehindIstio = (pod: Pod): boolean =>
  runningContainers(pod).some(isOfIstio) &&
  !Object.keys(pod.metadata.annotations ?? {}).some((key) => PAST_ISTIO.test(key));

/** Without a word: a mesh hides from strangers why it refuses. */
const isSilent = ({ headers, bodyStart }: Observation): boolean =>
  bodyStart === '' || headers['content-length'] === '0';

/** Whether one of these containers may have given such an answer in place of another. */
function mayBeByProxyOf(containers: readonly Container[], answer: Observation): boolean {
  const { answeredBy, code = 0 } = answer;
  const inner = containers.filter((one) => !isMeshProxy(one));
  // A web server says 403 of its own files, too; a password or a limit is a rule that somebody set.
  if (isGateway(answeredBy)) return [401, 429].includes(code) && inner.length > 1 && inner.some(isWebServer);
  if (answeredBy !== undefined || isUnsignedJSON(answer)) return false;
  if ([302, 401, 403].includes(code) && inner.some(authenticates)) return true;
  return [401, 403, 429].includes(code) && isSilent(answer) && inner.length < containers.length;
}

/** Whether a container of the Pod is an nginx, which signs its pages as an ingress controller of nginx does. */
export const runsNginx = (pod: Pod): boolean => runningContainers(pod).some(isNginxImage);

function ownerBeside(pod: Pod, answer: Observation): Owner | undefined {
  const containers = runningContainers(pod);
  if (answer.answeredBy?.layer === 'Application') return undefined;
  if (containers.every(routes))
    return isGateway(answer.answeredBy) && (answer.code ?? 0) < 500 ? 'DevOps' : 'Both';
  return containers.length > 1 && mayBeByProxyOf(containers, answer) ? 'Both' : undefined;
}

/** Whose an answer of Pods is that hold a proxy beside the application, or are a router themselves, where it is not the developers' alone. */
export function ownerOfAnswer(
  evidence: AnswerEvidence,
  isSame: Sameness,
): { readonly owner?: Owner; readonly layer?: Layer } {
  const owners = podHops(evidence).flatMap(({ podName, observation }) => {
    const pod = evidence.pods?.pods.find(({ metadata }) => metadata.name === podName);
    return pod === undefined || !isSame(observation) ? [] : [ownerBeside(pod, observation)];
  });
  const [owner] = owners;
  if (owners.some((other) => other !== owner)) return { owner: 'Both' };
  if (owner === undefined) return {};
  return { owner, ...(owner === 'DevOps' && { layer: 'Ingress' }) };
}
