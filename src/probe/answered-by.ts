import type { AnsweredBy } from '../diagnosis/model/observation.ts';
import type { Fingerprint } from './fingerprint.ts';
import { APPLICATION_FINGERPRINTS } from './fingerprints-applications.ts';
import { EDGE_FINGERPRINTS } from './fingerprints-edge.ts';
import { PROXY_FINGERPRINTS, UPSTREAM_FINGERPRINTS } from './fingerprints-proxies.ts';

/**
 * In the order of what they prove: a page travels unchanged through later hops, so it names its writer; a mark of a
 * proxy that it passed something on only tells that the writer is further in.
 */
const FINGERPRINTS = [
  ...EDGE_FINGERPRINTS,
  ...PROXY_FINGERPRINTS,
  ...APPLICATION_FINGERPRINTS,
  ...UPSTREAM_FINGERPRINTS,
];

interface Seen {
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyStart: string | undefined;
}

/**
 * Who wrote an answer, told from the answer; undefined where nothing tells. `Server: nginx` alone tells nothing. Names of
 * headers are in lower case; a body that was not read is undefined.
 */
export function answeredBy(
  code: number,
  headers: Readonly<Record<string, string>>,
  bodyStart: string | undefined,
): AnsweredBy | undefined {
  for (const fingerprint of FINGERPRINTS) {
    const evidence = evidenceFor(fingerprint, { code, headers, bodyStart });
    if (evidence === undefined) continue;
    const { layer, product, confidence } = fingerprint;
    return { layer, product, confidence, evidence };
  }
  return undefined;
}

/** What of the answer fits the fingerprint; undefined unless all of it does. */
function evidenceFor(fingerprint: Fingerprint, { code, headers, bodyStart }: Seen): string[] | undefined {
  const { codes, without, body, shows } = fingerprint;
  if (codes?.includes(code) === false) return undefined;
  if (without?.some((name) => name in headers)) return undefined;
  const evidence = Object.entries(fingerprint.headers ?? {}).map(([name, pattern]) =>
    headerEvidence(name, pattern, headers[name]),
  );
  if (body !== undefined) evidence.push(body.test(bodyStart ?? '\0') ? `body: ${shows}` : undefined);
  return evidence.every((line) => line !== undefined) ? evidence : undefined;
}

function headerEvidence(name: string, pattern: RegExp, value: string | undefined): string | undefined {
  const match = value === undefined ? null : pattern.exec(value);
  if (match === null) return undefined;
  return match[0] === '' ? `header ${name}` : `header ${name}: ${match[0]}`;
}
