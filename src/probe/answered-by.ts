import type { AnsweredBy } from '../diagnosis/model/observation.ts';
import type { Fingerprint } from './fingerprint.ts';
import { APPLICATION_FINGERPRINTS } from './fingerprints-applications.ts';
import { EDGE_FINGERPRINTS } from './fingerprints-edge.ts';
import { PROXY_FINGERPRINTS, UPSTREAM_FINGERPRINTS } from './fingerprints-proxies.ts';

/**
 * In the order of what they prove: a page travels unchanged through later hops, so it names its writer; a mark of a
 * proxy that it passed something on only tells that the writer is further in.
 */
const COMPILED: readonly Compiled[] = [
  ...EDGE_FINGERPRINTS,
  ...PROXY_FINGERPRINTS,
  ...APPLICATION_FINGERPRINTS,
  ...UPSTREAM_FINGERPRINTS,
].map((fingerprint) => ({ fingerprint, headerPatterns: Object.entries(fingerprint.headers ?? {}) }));

interface Compiled {
  readonly fingerprint: Fingerprint;
  readonly headerPatterns: readonly (readonly [name: string, pattern: RegExp])[];
}

/** For healthy answers: every page that a body tells of is one of a failure or a redirect. */
const OF_HEADERS = COMPILED.filter(({ fingerprint }) => fingerprint.body === undefined);

const isHealthy = (code: number): boolean => code >= 200 && code < 300;

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
  const seen = { code, headers, bodyStart };
  for (const candidate of isHealthy(code) ? OF_HEADERS : COMPILED) {
    const evidence = evidenceFor(candidate, seen);
    if (evidence === undefined) continue;
    const { layer, product, confidence } = candidate.fingerprint;
    return { layer, product, confidence, evidence };
  }
  return undefined;
}

/** What of the answer fits the fingerprint; undefined unless all of it does. */
function evidenceFor({ fingerprint, headerPatterns }: Compiled, seen: Seen): string[] | undefined {
  const evidence: string[] = [];
  for (const [name, pattern] of headerPatterns) {
    const line = headerEvidence(name, pattern, seen.headers[name]);
    if (line === undefined) return undefined;
    evidence.push(line);
  }
  return fitsOtherwise(fingerprint, seen) ? [...evidence, ...bodyEvidence(fingerprint)] : undefined;
}

function fitsOtherwise({ codes, without, body }: Fingerprint, { code, headers, bodyStart }: Seen): boolean {
  if (codes?.includes(code) === false) return false;
  if (without?.some((name) => name in headers)) return false;
  return body === undefined || (bodyStart !== undefined && body.test(bodyStart));
}

const bodyEvidence = ({ shows }: Fingerprint): string[] => (shows === undefined ? [] : [`body: ${shows}`]);

function headerEvidence(name: string, pattern: RegExp, value: string | undefined): string | undefined {
  const match = value === undefined ? null : pattern.exec(value);
  if (match === null) return undefined;
  return match[0] === '' ? `header ${name}` : `header ${name}: ${match[0]}`;
}
