import { isDeepStrictEqual } from 'node:util';
import type { StatusProbeStatus } from '../../api/generated.ts';

/**
 * A status that takes those of its parts from the stored one that are equal: mostly all but times and figures, so that
 * findings, path and history of a failing probe are in memory once.
 */
export function withPartsOf(stored: StatusProbeStatus, status: StatusProbeStatus): StatusProbeStatus {
  const known: Readonly<Record<string, unknown>> = { ...stored };
  const parts = Object.entries(status).map(([name, part]) => [
    name,
    isDeepStrictEqual(known[name], part) ? known[name] : part,
  ]);
  return Object.fromEntries(parts) as StatusProbeStatus;
}
