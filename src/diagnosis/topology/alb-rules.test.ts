import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Listener, Rule, RuleCondition } from '../model/aws.ts';
import { appliedRule, matchesWildcard } from './alb-rules.ts';

const request = {
  scheme: 'http',
  host: 'shop.example.com',
  port: 80,
  path: '/api/cart',
  method: 'GET',
} as const;

const rule = (Priority: string, ...Conditions: RuleCondition[]): Rule => ({ Priority, Conditions });
const fallback: Rule = { Priority: 'default', IsDefault: true };
const listener = (...rules: Rule[]): Listener => ({ ListenerArn: 'arn', Port: 80, Rules: rules });

const host = (...Values: string[]): RuleCondition => ({ Field: 'host-header', HostHeaderConfig: { Values } });
const paths = (...Values: string[]): RuleCondition => ({
  Field: 'path-pattern',
  PathPatternConfig: { Values },
});

describe('the rule that takes a request', () => {
  test.each([
    [
      'the lowest number, whatever the order of the answer',
      [rule('10', paths('/*')), rule('9', paths('/api/*')), fallback],
      '9',
      true,
    ],
    [
      'the default rule when no other does',
      [fallback, rule('1', host('other.example.com'))],
      'default',
      true,
    ],
    ['by host without regard to case', [rule('1', host('SHOP.example.COM')), fallback], '1', true],
    ['by path with regard to case', [rule('1', paths('/API/*')), fallback], 'default', true],
    ['by all conditions together', [rule('1', host('shop.*'), paths('/other')), fallback], 'default', true],
    ['by any value of a condition', [rule('1', paths('/other', '/api/????')), fallback], '1', true],
    [
      'by the older form of a condition',
      [rule('1', { Field: 'path-pattern', Values: ['/api/*'] }), fallback],
      '1',
      true,
    ],
    [
      'by method',
      [rule('1', { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['POST'] } }), fallback],
      'default',
      true,
    ],
    [
      'by regular expression',
      [rule('1', { Field: 'path-pattern', PathPatternConfig: { RegexValues: ['^/api/[a-z]+$'] } }), fallback],
      '1',
      true,
    ],
    [
      'uncertain behind one that depends on a header',
      [rule('1', { Field: 'http-header' }), rule('2', paths('/*')), fallback],
      '2',
      false,
    ],
    ['certain before it', [rule('1', paths('/*')), rule('2', { Field: 'http-header' }), fallback], '1', true],
  ])('%s', (_, rules, priority, certain) => {
    const applied = appliedRule(listener(...rules), request);
    expect([applied?.rule.Priority, applied?.certain]).toEqual([priority, certain]);
  });

  test('is the default action where the answer leaves the default rule out', () => {
    const actions = [{ Type: 'fixed-response' }];
    const applied = appliedRule({ ...listener(), DefaultActions: actions }, request);
    expect(applied).toEqual({
      rule: { Priority: 'default', Actions: actions, IsDefault: true },
      certain: true,
    });
  });
});

test('wildcards match as the regular expression that they stand for', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.', '/'), maxLength: 8 });
  fc.assert(
    fc.property(letters, letters, (pattern, text) => {
      const source = pattern.replace(/[.*+?^${}()|[\]\\/]/g, (one) =>
        one === '*' ? '.*' : one === '?' ? '.' : `\\${one}`,
      );
      expect(matchesWildcard(pattern, text)).toBe(new RegExp(`^${source}$`, 's').test(text));
    }),
  );
});

test('a wildcard cannot take for ever', () => {
  expect(matchesWildcard(`${'*a'.repeat(60)}b`, 'a'.repeat(4000))).toBe(false);
});
