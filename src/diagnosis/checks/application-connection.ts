import { applicationOf, podHops, routerOf } from '../model/answering.ts';
import { defineCheck } from '../model/check.ts';
import { TARGETS_UNHEALTHY } from '../model/consequences.ts';
import { namesOf } from '../model/serving-pods.ts';
import { http1Expected } from '../topology/http1-expected.ts';
import { misbehaviour } from '../topology/misbehaviour.ts';
import { type DeciderEvidence, type SchemeDecider, schemeDecider } from '../topology/scheme-decider.ts';

/** What each misbehaviour says of the one who shows it. */
const REASONS = {
  ClosedBeforeHeaders: 'ApplicationClosesConnection',
  ClosedMidBody: 'ApplicationClosesConnection',
  MalformedResponse: 'ApplicationAnswersGarbage',
} as const;

/** Whoever asks in the wrong protocol is told what the Pods want. */
const WANTED = {
  TLSExpected: { reason: 'PodExpectsTLS', protocol: 'TLS' },
  HTTP2Expected: { reason: 'PodExpectsHTTP2', protocol: 'HTTP2' },
} as const;

function blame(evidence: DeciderEvidence, { subject, layer, remedy }: SchemeDecider) {
  const { ref: asker } = routerOf(evidence) ?? evidence.statusProbe;
  const { namespace, object } = namesOf({ namespace: evidence.home, ...subject });
  const { ref: workload } = applicationOf(evidence);
  return { subject, layer, slots: { namespace, object, remedy, asker, workload } };
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
      explains: [400, 500, 502, 503, 'Connection'],
      leadsTo: ['ApplicationBadRequest', 'ApplicationError', 'AnsweredBeforePods'],
    },
    PodExpectsHTTP2: {
      severity: 'Error',
      owner: 'DevOps',
      layer: 'Ingress',
      message:
        '{asker} asks {workload} in HTTP/1.1 on a port where that speaks HTTP/2 alone, as servers of gRPC do',
      fix: '{remedy}, or let {workload} take HTTP/1.1 on this port',
      command: "kubectl -n '{namespace}' get '{object}' -o yaml",
      explains: [400, 500, 502, 503, 'Connection'],
      leadsTo: ['ApplicationBadRequest', 'ApplicationError', 'AnsweredBeforePods', ...TARGETS_UNHEALTHY],
    },
    PodExpectsHTTP1: {
      severity: 'Error',
      owner: 'DevOps',
      layer: 'Ingress',
      message: '{asker} asks {workload} in HTTP/2 on a port where that speaks HTTP/1.1',
      fix: '{remedy}, or let {workload} take HTTP/2 on this port',
      command: "kubectl -n '{namespace}' get '{object}' -o yaml",
      explains: [500, 502, 503],
      leadsTo: ['ApplicationError', 'AnsweredBeforePods'],
    },
  },
  run(evidence, report) {
    const found = misbehaviour(evidence);
    if (found === undefined) {
      const asker = http1Expected(evidence);
      if (asker === undefined) return [];
      const { severity, confidence } = asker;
      return [report('PodExpectsHTTP1', { ...blame(evidence, asker), severity, confidence })];
    }
    const { request, home } = evidence;
    const application = applicationOf(evidence);
    const said = {
      observed: found.what,
      evidence: podHops(evidence).flatMap(({ ref, observation: { failure } }) =>
        failure === undefined ? [] : [`${ref}, asked directly: ${failure.message}`],
      ),
      confidence: found.confidence,
    };
    if (found.what === 'TLSExpected' || found.what === 'HTTP2Expected') {
      const { reason, protocol } = WANTED[found.what];
      return [report(reason, { ...blame(evidence, schemeDecider(evidence, protocol)), ...said })];
    }
    const slots = {
      ...namesOf({ namespace: home, ...application }),
      request: `${request.method} ${request.path}`,
    };
    return [report(REASONS[found.what], { subject: application, slots, ...said })];
  },
});
