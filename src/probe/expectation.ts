import type { ProbeFailure } from '../diagnosis/model/observation.ts';
import { type Answer, valuesOf } from './answer.ts';
import { compileJSONExpression, type JSONExpression } from './json-expression.ts';
import { compilePattern, type Pattern } from './pattern.ts';
import type { Expectation, HeaderExpectation } from './request.ts';
import { parseStatusCodes, type StatusCodeRange } from './status-codes.ts';

type Verdict = ProbeFailure | undefined;

const broken = (reason: string, message: string): ProbeFailure => ({ phase: 'Assert', reason, message });

interface CompiledHeader {
  readonly expected: HeaderExpectation;
  readonly matches: Pattern | undefined;
  readonly notMatches: Pattern | undefined;
}

/** What is known at the end of a probe, beside its answer. */
export interface EndFacts {
  readonly totalMilliseconds: number;
  /** Unix milliseconds. */
  readonly now: number;
  /** Absent when the final answer did not come over TLS. */
  readonly certificateExpirySeconds: number | undefined;
}

/** `spec.expect`, ready to judge answers by. */
export class CompiledExpectation {
  /** One sentence for each part that is not valid; such an expectation fails every probe. */
  readonly problems: readonly string[];
  readonly #expectation: Expectation;
  readonly #statusCodes: readonly StatusCodeRange[];
  readonly #headers: readonly CompiledHeader[];
  readonly #matches: readonly Pattern[];
  readonly #notMatches: readonly Pattern[];
  readonly #json: readonly JSONExpression[];

  constructor(expectation: Expectation) {
    const problems: string[] = [];
    const attempt = <T>(source: string, compile: (source: string) => T): T[] => {
      try {
        return [compile(source)];
      } catch (error) {
        problems.push(error instanceof Error ? error.message : String(error));
        return [];
      }
    };
    const pattern = (source: string | undefined) =>
      source === undefined ? [] : attempt(source, compilePattern);
    const { statusCodes, headers, body, json } = expectation;
    this.#statusCodes = statusCodes.flatMap((text) => attempt(text, parseStatusCodes));
    this.#expectation = expectation;
    this.#headers = headers.map((expected) => ({
      expected,
      matches: pattern(expected.matches)[0],
      notMatches: pattern(expected.notMatches)[0],
    }));
    this.#matches = body.matches.flatMap(pattern);
    this.#notMatches = body.notMatches.flatMap(pattern);
    this.#json = json.flatMap((source) => attempt(source, compileJSONExpression));
    this.problems = problems;
  }

  /** Whether the body must be kept whole. */
  get needsBody(): boolean {
    return this.#matches.length + this.#notMatches.length + this.#json.length > 0;
  }

  get hasJSON(): boolean {
    return this.#json.length > 0;
  }

  get hasBodyPatterns(): boolean {
    return this.#matches.length + this.#notMatches.length > 0;
  }

  judgeHead(answer: Answer): Verdict {
    const [problem] = this.problems;
    if (problem !== undefined) return broken('InvalidExpectation', problem);
    const { code } = answer;
    if (!this.#statusCodes.some(({ from, to }) => from <= code && code <= to)) {
      const expected = this.#expectation.statusCodes.join(', ');
      return broken('UnexpectedStatus', `The target answered ${code}; expected is ${expected}.`);
    }
    return first(this.#headers, (header) =>
      judgeHeader(header, valuesOf(answer, header.expected.name.toLowerCase())),
    );
  }

  judgeBody(text: string): Verdict {
    return (
      first(this.#matches, (pattern) => judgePattern(pattern, text, true)) ??
      first(this.#notMatches, (pattern) => judgePattern(pattern, text, false)) ??
      this.#judgeJSON(text)
    );
  }

  judgeEnd({ totalMilliseconds, now, certificateExpirySeconds }: EndFacts): Verdict {
    const { maxLatencyMilliseconds, certificateValidForMilliseconds } = this.#expectation;
    if (maxLatencyMilliseconds !== undefined && totalMilliseconds > maxLatencyMilliseconds) {
      return broken('TooSlow', `The answer took longer than maxLatency, ${maxLatencyMilliseconds} ms.`);
    }
    if (certificateValidForMilliseconds === undefined) return undefined;
    if (certificateExpirySeconds === undefined) {
      return broken(
        'PlainHTTP',
        'The answer came without TLS, but certificateValidFor expects a certificate.',
      );
    }
    return certificateExpirySeconds * 1000 < now + certificateValidForMilliseconds
      ? broken(
          'CertificateExpiresSoon',
          'The certificate or one of its issuers expires sooner than certificateValidFor allows.',
        )
      : undefined;
  }

  #judgeJSON(text: string): Verdict {
    if (this.#json.length === 0) return undefined;
    const parsed = parseJSON(text);
    if (parsed === undefined) return broken('JSONMismatch', 'The response body is not JSON.');
    return first(this.#json, (expression) => judgeJSON(expression, parsed.value));
  }
}

function first<T>(items: readonly T[], judge: (item: T) => Verdict): Verdict {
  for (const item of items) {
    const verdict = judge(item);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

function judgeHeader({ expected, matches, notMatches }: CompiledHeader, values: readonly string[]): Verdict {
  const { name, allowMissing } = expected;
  if (values.length === 0) {
    return allowMissing ? undefined : broken('HeaderMismatch', `The response header ${name} is missing.`);
  }
  if (matches !== undefined && !values.some((value) => matches.test(value) === true)) {
    return broken('HeaderMismatch', `The response header ${name} does not match ${matches.source}.`);
  }
  if (notMatches !== undefined && values.some((value) => notMatches.test(value) !== false)) {
    return broken('HeaderMismatch', `The response header ${name} matches ${notMatches.source}.`);
  }
  return undefined;
}

function judgePattern(pattern: Pattern, text: string, wanted: boolean): Verdict {
  const outcome = pattern.test(text);
  if (outcome === wanted) return undefined;
  const said =
    outcome === 'TooCostly' ? 'takes too long to compare with' : wanted ? 'does not match' : 'matches';
  return broken('BodyMismatch', `The response body ${said} ${pattern.source}.`);
}

const OUTCOMES = {
  false: 'is false for the response body',
  Invalid: 'cannot be evaluated on the response body: a key is missing, or a type does not fit',
  TooCostly: 'takes too long on the response body',
};

function judgeJSON(expression: JSONExpression, body: unknown): Verdict {
  const outcome = expression.test(body);
  if (outcome === true) return undefined;
  return broken('JSONMismatch', `${expression.source} ${OUTCOMES[outcome || 'false']}.`);
}

function parseJSON(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

const compiled = new WeakMap<Expectation, CompiledExpectation>();

/** Compiles an expectation once: patterns cost more to compile than to match. */
export function compileExpectation(expectation: Expectation): CompiledExpectation {
  const known = compiled.get(expectation) ?? new CompiledExpectation(expectation);
  compiled.set(expectation, known);
  return known;
}
