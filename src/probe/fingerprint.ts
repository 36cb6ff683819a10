import type { Confidence, Layer } from '../diagnosis/model/vocabulary.ts';

/** What an answer looks like that one product writes by itself. All that is given must hold. */
export interface Fingerprint {
  /** `Unknown` where several products write the same. */
  readonly product: string;
  readonly layer: Layer;
  readonly confidence: Confidence;
  readonly codes?: readonly number[];
  /** By name in lower case; what matches is shown as evidence. */
  readonly headers?: Readonly<Record<string, RegExp>>;
  /** Headers that would speak for another writer. */
  readonly without?: readonly string[];
  readonly body?: RegExp;
  /** What the body shows, for people. */
  readonly shows?: string;
}
