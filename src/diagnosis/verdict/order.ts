import type { Finding } from '../model/check.ts';
import { CONFIDENCES, LAYERS, SEVERITIES } from '../model/vocabulary.ts';

/** By UTF-16 code unit, never by locale: the same inputs give the same bytes everywhere. */
export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Best proved first, then the hop that the request meets first, then by name. */
export function byWeight(a: Finding, b: Finding): number {
  return (
    CONFIDENCES.indexOf(a.confidence) - CONFIDENCES.indexOf(b.confidence) ||
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    LAYERS.indexOf(a.layer) - LAYERS.indexOf(b.layer) ||
    byCodeUnit(a.reason, b.reason) ||
    byCodeUnit(a.subject.ref, b.subject.ref)
  );
}
