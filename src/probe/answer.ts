import type { Readable } from 'node:stream';

/** What came back for one hop: the headers are complete, the body is still to be read. */
export interface Answer {
  readonly code: number;
  /** `1.0`, `1.1` or `2`. */
  readonly httpVersion: string;
  /** Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Readable;
}

export const valuesOf = ({ headers }: Pick<Answer, 'headers'>, name: string): string[] =>
  headers.filter(([candidate]) => candidate === name).map(([, value]) => value);

/** A server may send them without end. */
const MOST_INFORMATIONAL = 10;

export function noteInformational(codes: number[], code: number | undefined): void {
  if (code !== undefined && codes.length < MOST_INFORMATIONAL) codes.push(code);
}
