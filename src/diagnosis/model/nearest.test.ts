import { describe, expect, test } from 'vitest';
import { nearest } from './nearest.ts';

describe('the known name that was most likely meant', () => {
  test.each([
    ['shpo', ['cart', 'shop'], 'shop'],
    ['shop', ['shop-service', 'cart'], 'shop-service'],
    ['shop-svc', ['cart', 'shop'], 'shop'],
    ['API', ['api', 'app'], 'api'],
    ['ngnix', ['traefik', 'nginx'], 'nginx'],
    ['shop.exmaple.com', ['shop.example.com', 'cart.example.com'], 'shop.example.com'],
    ['shops', ['shopy', 'shopx'], 'shopx'],
    ['sitting', ['kittens', 'sitings'], 'sitings'],
  ])('%s among %j is %s', (name, known, meant) => {
    expect(nearest(name, known)).toBe(meant);
  });

  test.each([
    ['shop', ['billing', 'cart']],
    ['a', ['b']],
    ['shop', ['shop']],
    ['shop', []],
  ])('%s is like none of %j', (name, known) => {
    expect(nearest(name, known)).toBeUndefined();
  });
});
