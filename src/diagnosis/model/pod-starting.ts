import { secondsSince } from './age.ts';
import type { ServingContainer } from './serving-containers.ts';

/** As long as this Kubernetes' own defaults (10 s, three times) let a readiness probe fail. */
const periodOf = ({ periodSeconds = 10, failureThreshold = 3, initialDelaySeconds = 0 }): number =>
  initialDelaySeconds + periodSeconds * failureThreshold;

/** A container that has not had the time that its readiness probe allows. */
export function isStarting({ container, status: { state } }: ServingContainer, now: string): boolean {
  const { readinessProbe = {} } = container;
  return (
    state?.running !== undefined && secondsSince(state.running.startedAt, now) < periodOf(readinessProbe)
  );
}
