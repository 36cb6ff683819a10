import { type AnswerEvidence, answeredDirectly, routeState } from './answering.ts';
import type { Evidence } from './evidence.ts';
import { bytesOf } from './nginx-size.ts';
import type { Observation } from './observation.ts';
import { runsNginx } from './proxy-in-pods.ts';
import { servingPods } from './serving-pods.ts';
import type { Confidence } from './vocabulary.ts';

const BODY_SIZE = 'nginx.ingress.kubernetes.io/proxy-body-size';

/** Controllers whose pages nginx signs. */
const OF_NGINX = /nginx|kong|apisix|wallarm/;

/** Bytes of a limit; 0 is no limit. */
const limitOf = (size: string): number | undefined => {
  const bytes = bytesOf(size);
  return bytes === 0 ? Number.POSITIVE_INFINITY : bytes;
};

/** Whether a limit of nginx lets a body of this length through; undefined where one of the two is not known. */
export function admitsBody(size: string, bodyBytes: number | undefined): boolean | undefined {
  const limit = limitOf(size);
  if (limit === Number.POSITIVE_INFINITY) return true;
  return limit === undefined || bodyBytes === undefined ? undefined : bodyBytes <= limit;
}

type Left = AnswerEvidence & Partial<Pick<Evidence, 'ingressClass'>>;

/** A page of nginx about the request, which says nothing of what stands behind. */
const isRefusalOfNginx = ({ code = 0, answeredBy }: Observation): boolean =>
  answeredBy?.product === 'nginx' && code >= 400 && code < 500;

/** Whether it is known of the router that it did not sign the page: it is no nginx, or did not find the body too large. */
export function isNotByRouter({ observation, request, ingress, ingressClass }: Left): boolean {
  const route = ingress?.match?.ingress;
  if (!isRefusalOfNginx(observation) || route === undefined) return false;
  const controller = ingressClass?.ingressClass?.spec.controller;
  if (controller !== undefined && !OF_NGINX.test(controller)) return true;
  const size = route.metadata.annotations?.[BODY_SIZE];
  return observation.code === 413 && size !== undefined && admitsBody(size, request.bodyBytes) === true;
}

/** Whether an nginx in the Pods is the only one left that may have signed the answer, where Pods could not be asked. */
export function leftToPods(evidence: Left): Confidence | undefined {
  const { pods } = evidence;
  if (!isNotByRouter(evidence) || routeState(evidence) !== 'Complete' || pods === undefined) return undefined;
  const serving = servingPods(pods);
  return !answeredDirectly(evidence) && serving.length > 0 && serving.every(runsNginx) ? 'Medium' : undefined;
}
