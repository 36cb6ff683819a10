import { describe, expect, it } from 'vitest';
import { compileJSONExpression } from './json-expression.ts';

const test = (source: string, body: unknown) => compileJSONExpression(source).test(body);

describe('a JSON expression', () => {
  it.each([
    ["body.status == 'UP'", { status: 'UP' }, true],
    ['body.count == 5 && body.count > 4', { count: 5 }, true],
    ['body.items.all(item, item.ok)', { items: [{ ok: true }, { ok: false }] }, false],
    ['body.missing == 1', {}, 'Invalid'],
    ['body.text', { text: 'no boolean' }, 'Invalid'],
  ])('%s', (source, body, outcome) => {
    expect(test(source, body)).toBe(outcome);
  });

  it.each([
    ["body.name.matches('(?i)ok')", { name: 'OK' }],
    ["(body.name) . matches( '^O' )", { name: 'OK' }],
    ["body.names.all(name, name.matches('(?i)^ok$'))", { names: ['ok', 'OK'] }],
    ["'🤠'.matches('^.$') && body.name.matches('(?i)ok')", { name: 'OK' }],
    ["body.name == '.matches('", { name: '.matches(' }],
    ["body.name.matches(body.other.matches('a') ? '(?i)ok' : 'x')", { name: 'OK', other: 'a' }],
    ["body.matches == 'ok'", { matches: 'ok' }],
  ])('matches by RE2: %s', (source, body) => {
    expect(test(source, body)).toBe(true);
  });

  it('does not hang on a pattern that makes JavaScript backtrack', () => {
    expect(test("body.name.matches('(a*)*b')", { name: 'a'.repeat(5000) })).toBe(false);
  });

  it('cuts off what would take for ever', () => {
    const nested = 'body.all(a, body.all(b, body.all(c, body.all(d, a + b + c + d > 0.0))))';
    expect(
      test(
        nested,
        Array.from({ length: 1000 }, () => 1),
      ),
    ).toBe('TooCostly');
  });

  it.each(['foo.bar', '', 'body..x', 'nosuch(body)'])('refuses "%s" with one sentence', (source) => {
    expect(() => compileJSONExpression(source)).toThrow(
      `The expression ${source} is not a CEL expression over the variable body.`,
    );
  });
});
