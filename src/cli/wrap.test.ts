import { expect, test } from 'vitest';
import { wrap } from './wrap.ts';

test('a line that fits, or that nobody limits, stays as it is', () => {
  expect(wrap('  one two', 9)).toEqual(['  one two']);
  expect(wrap('  one two', undefined)).toEqual(['  one two']);
});

test('a line is broken between words, and what follows is indented', () => {
  expect(wrap('  one two three four', 12)).toEqual(['  one two', '    three', '    four']);
});

test('a word that is too long stays whole', () => {
  expect(wrap('see http://shop.example.com/cart now', 10)).toEqual([
    'see',
    '  http://shop.example.com/cart',
    '  now',
  ]);
});

test('colours take no room', () => {
  expect(wrap('\u001b[31mone\u001b[39m two', 7)).toEqual(['\u001b[31mone\u001b[39m two']);
});
