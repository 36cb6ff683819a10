import { type AnswerEvidence, isDirect, podHops, type Sameness, writerOf } from '../model/answering.ts';
import { defineCheck } from '../model/check.ts';
import type { Evidence } from '../model/evidence.ts';
import { isPassedOn, type Observation } from '../model/observation.ts';
import { isByPolicy, isInMesh, isPolicyPassedOn } from '../model/proxy-in-pods.ts';
import { namesOf } from '../model/serving-pods.ts';
import type { Confidence } from '../model/vocabulary.ts';
import { isOtherThanEnvoy } from '../topology/backend-protocol.ts';

const LOOK_AT_MESH = {
  Istio: 'authorizationpolicies.security.istio.io,requestauthentications.security.istio.io',
  Linkerd: 'servers.policy.linkerd.io,authorizationpolicies.policy.linkerd.io',
} as const;

const MEND_MESH = {
  Istio:
    'Admit the caller in the AuthorizationPolicy and RequestAuthentication that apply to {workload}, or call from inside the mesh with what they want',
  Linkerd:
    'Admit the caller in the Server and AuthorizationPolicy that apply to {workload}, or call from inside the mesh',
} as const;

/** Envoy in a Pod is Istio's more often than not, and says so only where nobody on the way takes the name off. */
function meshOf(product: string): keyof typeof LOOK_AT_MESH | undefined {
  if (product === 'Envoy' || product === 'Istio') return 'Istio';
  return product === 'Linkerd' ? 'Linkerd' : undefined;
}

const isSameAs =
  ({ code }: Observation): Sameness =>
  (hop) =>
    hop.code === code && isByPolicy(hop);

type MeshEvidence = AnswerEvidence & Partial<Pick<Evidence, 'ingressClass'>>;

/** A router that is Envoy itself says the very same, and strangers to the mesh hear it from the Pods in any case. */
const mayBeRouters = (evidence: AnswerEvidence): boolean => {
  const { product = '', confidence } = evidence.observation.answeredBy ?? {};
  return (
    meshOf(product) === 'Istio' &&
    confidence === 'High' &&
    !isDirect(evidence) &&
    !isPassedOn(evidence.observation)
  );
};

/**
 * How sure it is that the answer is of the proxy next to the application. Of two on the way, the first passes the word
 * of the second on; where the router is known to be none of them there is one, which passes on the application's.
 */
function bySidecar({ observation, ingress, ingressClass }: MeshEvidence): Confidence | undefined {
  const isOfAnother = isPolicyPassedOn(observation);
  if (ingress?.match === undefined) return isOfAnother ? 'Medium' : undefined;
  const controller = ingressClass?.ingressClass?.spec.controller;
  if (isOtherThanEnvoy(controller)) return isOfAnother ? undefined : 'Medium';
  if (!isOfAnother) return undefined;
  return controller === undefined ? 'Low' : 'Medium';
}

/** Where Pods tell nothing, or let this caller in: one that is asked itself, or of which the proxy alone can say so. */
const withoutWitness = (evidence: MeshEvidence): Confidence | undefined => {
  const { observation, pods } = evidence;
  if (isDirect(evidence)) return 'Medium';
  const isOfMesh = meshOf(observation.answeredBy?.product ?? '') === 'Istio';
  return isOfMesh && pods !== undefined && isInMesh(pods) ? bySidecar(evidence) : undefined;
};

/** Asked directly, Pods show whose proxy it is. */
function sureness(evidence: MeshEvidence, isSame: Sameness): Confidence | undefined {
  const answers = podHops(evidence).filter(({ observation }) => observation.code !== undefined);
  const same = answers.filter(({ observation }) => isSame(observation));
  if (answers.every(({ observation }) => observation.success)) return withoutWitness(evidence);
  if (same.length === 0) return isDirect(evidence) ? 'Medium' : undefined;
  const isSigned = same.every(({ observation }) => observation.answeredBy?.confidence === 'High');
  return isSigned && same.length === answers.length && !mayBeRouters(evidence) ? 'High' : 'Medium';
}

function remedyFor(product: string, workload: string): string {
  const mesh = meshOf(product);
  return mesh === undefined
    ? `Give the probe the sign-in that ${product} wants, or let ${product} pass the path without one`
    : MEND_MESH[mesh].replace('{workload}', workload);
}

const own = { severity: 'Error', owner: 'DevOps', leadsTo: ['AnsweredBeforePods'] } as const;

export const proxyInPods = defineCheck({
  id: 'proxy-in-pods',
  title: 'A proxy in the Pods, such as the sidecar of a mesh, passes the request on to the application',
  layer: 'Auth',
  needs: ['observation', 'request', 'home'],
  wants: ['ingress', 'ingressClass', 'httpRoute', 'service', 'endpoints', 'pods', 'hops'],
  reasons: {
    ProxyInPodsRefuses: {
      ...own,
      message:
        '{product} in the Pods of {workload} refuses {request} with {code} by its policy, and the application never gets it',
      fix: '{remedy}',
      command: '{command}',
      explains: [401, 403],
    },
    ProxyInPodsLimitsRate: {
      ...own,
      layer: 'Pod',
      message:
        '{product} in the Pods of {workload} limits the rate of requests, and the application never gets {request}',
      fix: 'Raise the rate limit that is set for the proxy in {workload}, such as that of an EnvoyFilter, or ask less often',
      command: '{command}',
      explains: [429],
    },
  },
  run(evidence, report) {
    const { observation, request } = evidence;
    const { code = 0, answeredBy } = observation;
    const isSame = isSameAs(observation);
    const isRefusal = isByPolicy(observation) || isPolicyPassedOn(observation);
    const confidence = isRefusal ? sureness(evidence, isSame) : undefined;
    if (answeredBy === undefined || confidence === undefined) return [];
    const subject = writerOf(evidence, isSame);
    const { namespace, workload, object } = namesOf(subject);
    const mesh = meshOf(answeredBy.product);
    const command =
      code === 429 || mesh === undefined
        ? `kubectl -n '${namespace}' describe '${object}'`
        : `kubectl -n '${namespace}' get ${LOOK_AT_MESH[mesh]} -o yaml`;
    const slots = {
      product: answeredBy.product,
      workload,
      request: `${request.method} ${request.path}`,
      command,
    };
    const said = { subject, observed: String(code), evidence: answeredBy.evidence, confidence };
    return code === 429
      ? [report('ProxyInPodsLimitsRate', { ...said, slots })]
      : [
          report('ProxyInPodsRefuses', {
            ...said,
            slots: { ...slots, code, remedy: remedyFor(answeredBy.product, workload) },
          }),
        ];
  },
});
