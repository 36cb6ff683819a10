import {
  type AnswerEvidence,
  applicationOf,
  isEntranceServing,
  podHops,
  routerOf,
  routeState,
} from '../model/answering.ts';
import { defineCheck } from '../model/check.ts';
import { NO_TARGET_ANSWERS } from '../model/consequences.ts';
import type { Observation } from '../model/observation.ts';
import type { ObjectReference } from '../model/reference.ts';
import { namesOf } from '../model/serving-pods.ts';
import { type HeaderLimit, headerLimit, type LimitEvidence } from '../topology/header-limit.ts';

/** `: ` and the end of the line. */
const SEPARATOR_BYTES = 4;

/** At least so many: what is kept of headers is cut, and without credentials. */
const bytesKept = ({ headers }: Observation): number =>
  Object.entries(headers).reduce(
    (sum, [name, value]) => sum + name.length + value.length + SEPARATOR_BYTES,
    0,
  );

const sizeOf = (answer: Observation): number => Math.max(answer.headerBytes ?? 0, bytesKept(answer));

/** Whether every Pod that gets requests answers, and none with headers that fit. */
function isTooLargeOfAll(evidence: LimitEvidence, { bytes }: HeaderLimit): boolean {
  const hops = podHops(evidence);
  return (
    hops.length > 0 &&
    hops.every(({ observation }) => (observation.code ?? 600) < 500 && sizeOf(observation) > bytes)
  );
}

/** The limit that every answer of the Pods is above. */
function limitOf(evidence: LimitEvidence): HeaderLimit | undefined {
  // What the router itself passes on, somebody in front of it did not.
  if (routeState(evidence) === 'Broken' || isEntranceServing(evidence)) return undefined;
  const limit = headerLimit(evidence);
  return limit !== undefined && isTooLargeOfAll(evidence, limit) ? limit : undefined;
}

const LESS = 'fewer or smaller headers, such as cookies';

/** Whose it is: a limit that nobody can raise leaves the application. */
function blame(evidence: AnswerEvidence, router: ObjectReference, { key, setting, size }: HeaderLimit) {
  const workload = applicationOf(evidence);
  if (key === undefined && setting === undefined)
    return {
      subject: workload,
      owner: 'Developer',
      layer: 'Application',
      remedy: `Let ${workload.ref} send ${LESS}`,
    } as const;
  const what = key === undefined ? setting : `annotation ${key} of ${router.ref}`;
  return {
    subject: { ...router, ...(key !== undefined && { field: `metadata.annotations['${key}']` }) },
    remedy: `Raise ${what} above ${size}, or let ${workload.ref} send ${LESS}`,
  } as const;
}

export const responseHeaders = defineCheck({
  id: 'response-headers',
  title: 'The headers of what the Pods answer are not larger than what the router takes',
  layer: 'Ingress',
  needs: ['observation', 'request', 'home', 'hops'],
  wants: ['ingress', 'ingressClass', 'httpRoute', 'service', 'endpoints', 'pods'],
  reasons: {
    ResponseHeadersTooLarge: {
      severity: 'Error',
      owner: 'DevOps',
      message:
        '{workload} answers {request} well, but with more headers than {product} takes, which answers in its place',
      fix: '{remedy}',
      command: "kubectl -n '{namespace}' get '{object}' -o yaml",
      explains: [502, 503],
      leadsTo: NO_TARGET_ANSWERS,
    },
  },
  run(evidence, report) {
    const { observation, request, home } = evidence;
    const router = routerOf(evidence);
    const limit = limitOf(evidence);
    if (limit === undefined || router === undefined) return [];
    const { remedy, ...blamed } = blame(evidence, router, limit);
    return [
      report('ResponseHeadersTooLarge', {
        ...blamed,
        slots: {
          ...namesOf({ namespace: home, ...blamed.subject }),
          remedy,
          workload: applicationOf(evidence).ref,
          request: `${request.method} ${request.path}`,
          product: observation.answeredBy?.product ?? router.ref,
        },
        expected: `at most ${limit.size} of response headers`,
        evidence: podHops(evidence).map(
          ({ ref }) => `${ref}, asked directly, answers with more than ${limit.size} of headers`,
        ),
        confidence: limit.confidence,
      }),
    ];
  },
});
