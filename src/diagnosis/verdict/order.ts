import type { Finding } from '../model/check.ts';
import { byCodeUnit } from '../model/code-unit.ts';
import { CONFIDENCES, LAYERS, SEVERITIES } from '../model/vocabulary.ts';

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
