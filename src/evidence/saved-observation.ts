import type { Observation, ProbeFailure } from '../diagnosis/model/observation.ts';
import type { Target } from '../diagnosis/model/target.ts';
import type { Shape } from './cluster/shape.ts';

/** What a saved observation must say; all else has a default. */
export type PartialObservation = Partial<Observation>;

export const OBSERVATION: Shape<Observation> = {
  time: true,
  method: true,
  url: true,
  finalURL: true,
  code: true,
  success: true,
  failure: { phase: true, reason: true, message: true },
  redirects: [
    { url: true, code: true, answeredBy: { layer: true, product: true, confidence: true, evidence: true } },
  ],
  remoteAddress: true,
  httpVersion: true,
  durationMilliseconds: {
    resolve: true,
    connect: true,
    tls: true,
    processing: true,
    transfer: true,
    total: true,
  },
  tls: { version: true, cipher: true, notAfterTime: true, subjectAltNames: true },
  answeredBy: { layer: true, product: true, confidence: true, evidence: true },
  headers: true,
  headerBytes: true,
  bodyStart: true,
  refusal: true,
  informational: true,
  requestID: true,
  tokenValidity: { notBeforeTime: true, notAfterTime: true },
  detail: true,
};

const NO_TIME = { resolve: 0, connect: 0, tls: 0, processing: 0, transfer: 0, total: 0 };

const isGood = (code: number | undefined): boolean => code !== undefined && code >= 200 && code < 300;

/** The URL that a probe of this target asks; empty where the target leaves the host to the Ingress. */
export function urlOf(target: Target): string {
  if (target.kind === 'URL') return target.url;
  if (target.kind !== 'Service' && target.host === undefined) return '';
  const scheme = target.scheme === 'HTTPS' ? 'https' : 'http';
  const host = target.kind === 'Service' ? `${target.name}.${target.namespace}.svc` : target.host;
  const port = typeof target.port === 'number' ? `:${target.port}` : '';
  return `${scheme}://${host}${port}${target.path ?? '/'}`;
}

function failureFor({ code, success, failure }: PartialObservation): ProbeFailure | undefined {
  if (failure !== undefined || success === true || isGood(code)) return failure;
  if (code === undefined)
    return { phase: 'Wait', reason: 'ClosedBeforeHeaders', message: 'The connection was closed' };
  return {
    phase: 'Assert',
    reason: 'UnexpectedStatus',
    message: `The status code ${code} is not among the expected ones`,
  };
}

/** A whole observation from the fields that somebody wrote down: an answer is unexpected unless its code is 2xx. */
export function completeObservation(saved: PartialObservation, url: string): Observation {
  const failure = failureFor(saved);
  const asked = saved.url ?? url;
  return {
    time: '2026-01-01T00:00:00.000Z',
    method: 'GET',
    finalURL: asked,
    success: failure === undefined,
    redirects: [],
    headers: {},
    ...saved,
    url: asked,
    durationMilliseconds: { ...NO_TIME, ...saved.durationMilliseconds },
    ...(failure && { failure }),
  };
}
