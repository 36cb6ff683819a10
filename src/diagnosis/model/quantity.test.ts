import { describe, expect, it } from 'vitest';
import { quantityOf } from './quantity.ts';

describe('a quantity', () => {
  it.each([
    ['2', 2],
    ['250m', 0.25],
    ['123456789n', 0.123456789],
    ['1500u', 0.0015],
    ['.5', 0.5],
    ['1.5Gi', 1_610_612_736],
    ['128Mi', 134_217_728],
    ['128M', 128_000_000],
    ['64Ki', 65_536],
    ['1e3', 1000],
    ['12E', 12e18],
    ['2k', 2000],
  ])('%s', (text, expected) => {
    expect(quantityOf(text)).toBeCloseTo(expected, 12);
  });

  it.each([[''], ['lots'], ['1.2.3'], ['1 Gi'], ['5Qi'], ['--1'], [undefined]])('%s is none', (text) => {
    expect(quantityOf(text)).toBeUndefined();
  });
});
