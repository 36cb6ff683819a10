import type { Observation } from './observation.ts';

/** What a Pod answered when it was asked for its health in place of what the probe asks. */
export interface HealthAnswer {
  /** `Pod/name` */
  readonly ref: string;
  readonly podName: string;
  readonly address: string;
  readonly port: number;
  /** Of its readiness probe, else `/healthz`. */
  readonly path: string;
  readonly observation: Observation;
}

/** A quick answer takes at most this part of the time in which the other one did not come. */
const QUICK = 0.25;

/** Somebody who takes the connection and does not answer, or hangs up. */
const UNHEALTHY: ReadonlySet<string | undefined> = new Set([
  'HeaderTimeout',
  'BodyTimeout',
  'ClosedBeforeHeaders',
  'ClosedMidBody',
]);

/** How the answer compares with one that came too late; a Pod that could not be reached, or neither quick nor dead, tells nothing. */
export function latencyBeside(
  { observation: health }: HealthAnswer,
  late: Observation,
): 'Quick' | 'None' | undefined {
  if (UNHEALTHY.has(health.failure?.reason)) return 'None';
  const isQuick = health.durationMilliseconds.total <= late.durationMilliseconds.total * QUICK;
  return health.code !== undefined && isQuick ? 'Quick' : undefined;
}
