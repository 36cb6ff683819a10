import { applicationOf, isDirect, isGateway, podHops, routerOf, routeState } from '../model/answering.ts';
import { defineCheck } from '../model/check.ts';
import type { Observation } from '../model/observation.ts';
import { namesOf } from '../model/serving-pods.ts';
import type { Confidence } from '../model/vocabulary.ts';
import { asksOverTLS, type DeciderEvidence, schemeDecider } from '../topology/scheme-decider.ts';

/** What a peer did to a connection that stood, and what that says of it. */
const REASONS = {
  ClosedBeforeHeaders: 'ApplicationClosesConnection',
  ClosedMidBody: 'ApplicationClosesConnection',
  MalformedResponse: 'ApplicationAnswersGarbage',
  TLSExpected: 'PodExpectsTLS',
} as const;

type Misbehaviour = keyof typeof REASONS;

const isMisbehaviour = (reason = ''): reason is Misbehaviour => reason in REASONS;

/** The words in which Go's servers, nginx and Apache refuse a plain request on a port for TLS. */
const TLS_EXPECTED =
  /Client sent an HTTP request to an HTTPS server|The plain HTTP request was sent to HTTPS port|speaking plain HTTP to an SSL-enabled server port/;

const saysTLSExpected = ({ code, bodyStart = '' }: Observation): boolean =>
  code === 400 && TLS_EXPECTED.test(bodyStart);

/** Who is asked over TLS, and says so, speaks of somebody behind it. */
const sayingOf = (hop: Observation): string | undefined =>
  hop.tls === undefined && saysTLSExpected(hop) ? 'TLSExpected' : hop.failure?.reason;

/** By the Pods that were asked directly, else by the Service, which passes on what its Pods do. */
function misbehaviour(evidence: DeciderEvidence): { what: Misbehaviour; confidence: Confidence } | undefined {
  const hops = podHops(evidence).map(({ observation }) => observation);
  const said = hops.map(sayingOf).filter(isMisbehaviour);
  const [what] = said;
  if (what !== undefined) return { what, confidence: said.length === hops.length ? 'High' : 'Medium' };
  const { observation } = evidence;
  // A router may say so of its own port, but then it signs.
  if (
    saysTLSExpected(observation) &&
    !isGateway(observation.answeredBy) &&
    routeState(evidence) === 'Complete' &&
    !asksOverTLS(evidence)
  )
    return { what: 'TLSExpected', confidence: 'High' };
  const { reason } = observation.failure ?? {};
  if (!isDirect(evidence) || !isMisbehaviour(reason) || reason === 'TLSExpected') return undefined;
  return { what: reason, confidence: hops.length === 0 ? 'High' : 'Medium' };
}

export const applicationConnection = defineCheck({
  id: 'application-connection',
  title: 'The application answers in HTTP and keeps the connection until it has answered',
  layer: 'Application',
  needs: ['observation', 'request', 'home', 'statusProbe'],
  wants: ['ingress', 'ingressClass', 'httpRoute', 'service', 'endpoints', 'pods', 'hops'],
  reasons: {
    ApplicationClosesConnection: {
      severity: 'Error',
      owner: 'Developer',
      message: '{workload} takes {request} and closes the connection before it has answered',
      fix: 'See in the log of {workload} what ends the connection: a crash of the handler, or its own time-out',
      command: "kubectl -n '{namespace}' logs '{object}'",
      explains: [502, 503, 'Connection'],
    },
    ApplicationAnswersGarbage: {
      severity: 'Error',
      owner: 'Developer',
      message: '{workload} answers {request} with something that is not HTTP',
      fix: 'Let the port of the Service be the one on which {workload} speaks HTTP',
      command: "kubectl -n '{namespace}' logs '{object}'",
      explains: [500, 502, 503, 'Connection'],
    },
    PodExpectsTLS: {
      severity: 'Error',
      owner: 'DevOps',
      layer: 'Ingress',
      message: '{asker} asks {workload} in plain HTTP on a port where that speaks TLS',
      fix: '{remedy}, or let {workload} speak plain HTTP on this port',
      command: "kubectl -n '{namespace}' get '{object}' -o yaml",
      explains: [400, 502, 503, 'Connection'],
      leadsTo: ['ApplicationBadRequest', 'AnsweredBeforePods'],
    },
  },
  run(evidence, report) {
    const found = misbehaviour(evidence);
    if (found === undefined) return [];
    const { request, home } = evidence;
    const application = applicationOf(evidence);
    const said = {
      observed: found.what,
      evidence: podHops(evidence).flatMap(({ ref, observation: { failure } }) =>
        failure === undefined ? [] : [`${ref}, asked directly: ${failure.message}`],
      ),
      confidence: found.confidence,
    };
    if (found.what === 'TLSExpected') {
      const { subject, layer, remedy } = schemeDecider(evidence);
      const { ref: asker } = routerOf(evidence) ?? evidence.statusProbe;
      const { namespace, object } = namesOf({ namespace: home, ...subject });
      const slots = { namespace, object, remedy, asker, workload: application.ref };
      return [report('PodExpectsTLS', { subject, layer, slots, ...said })];
    }
    const slots = {
      ...namesOf({ namespace: home, ...application }),
      request: `${request.method} ${request.path}`,
    };
    return [report(REASONS[found.what], { subject: application, slots, ...said })];
  },
});
