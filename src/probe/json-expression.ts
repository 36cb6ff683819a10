import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import { boundedWork } from './bounded-work.ts';

/** A CEL expression over `body`. */
export interface JSONExpression {
  readonly source: string;
  /** `Invalid`: a key is missing, a type does not fit, or the outcome is no boolean. `TooCostly`: it was cut off. */
  test(body: unknown): boolean | 'Invalid' | 'TooCostly';
}

/** The library's own `matches` uses JavaScript's expressions: another syntax, and not linear in time. */
const MATCHES = 'matchesRE2';

const environment = new Environment()
  .registerVariable('body', 'dyn')
  .registerFunction(`string.${MATCHES}(string): bool`, (text: string, pattern: string) =>
    RE2JS.compile(pattern).matcher(text).find(),
  );

/** Only these can cost more than one pass over the expression. */
const COSTLY = /\b(?:all|exists|exists_one|map|filter|matches)\b/;

/** Throws with one sentence when the expression is not CEL, or speaks of anything but `body`. */
export function compileJSONExpression(source: string): JSONExpression {
  const evaluate = parse(source);
  const test = (body: unknown) => {
    try {
      const outcome = evaluate({ body });
      return typeof outcome === 'boolean' ? outcome : 'Invalid';
    } catch {
      return 'Invalid';
    }
  };
  if (!COSTLY.test(source)) return { source, test };
  return { source, test: (body) => boundedWork(() => test(body))?.value ?? 'TooCostly' };
}

function parse(source: string) {
  try {
    const parsed = environment.parse(source);
    const { valid } = parsed.check();
    if (valid) return environment.parse(withRE2(source, parsed.ast));
  } catch {
    // Said below: the library's own text is several lines long.
  }
  throw new Error(`The expression ${source} is not a CEL expression over the variable body.`);
}

/** The source with each call of `matches` renamed: a call's name lies between its receiver and its argument. */
function withRE2(source: string, ast: ASTNode): string {
  let renamed = source;
  const byPosition = callsOfMatches(ast).sort((a, b) => b.from - a.from);
  for (const { from, to } of byPosition) {
    const call = source.slice(from, to).replace(/\.(\s*)matches(\s*\()/, `.$1${MATCHES}$2`);
    renamed = renamed.slice(0, from) + call + renamed.slice(to);
  }
  return renamed;
}

function callsOfMatches(part: unknown): { from: number; to: number }[] {
  if (Array.isArray(part)) return part.flatMap(callsOfMatches);
  if (!isNode(part)) return [];
  const within = callsOfMatches(part.args);
  if (part.op !== 'rcall' || part.args[0] !== 'matches') return within;
  const [, receiver, [pattern]] = part.args;
  return pattern === undefined ? within : [...within, { from: receiver.end, to: pattern.start }];
}

const isNode = (part: unknown): part is ASTNode => typeof part === 'object' && part !== null && 'op' in part;
