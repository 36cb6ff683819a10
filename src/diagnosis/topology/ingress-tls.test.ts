import { expect, it } from 'vitest';
import { tlsIndexFor } from './ingress-tls.ts';

const indexFor = (host: string, ...hosts: readonly (readonly string[] | undefined)[]): number =>
  tlsIndexFor(
    {
      metadata: { name: 'shop', namespace: 'demo' },
      spec: { tls: hosts.map((each) => (each === undefined ? {} : { hosts: each })) },
    },
    host,
  );

it.each([
  ['the host itself before a wildcard', [['*.test'], ['shop.test']], 1],
  ['a wildcard before no host at all', [undefined, ['*.test']], 1],
  ['no host at all before nothing', [['cart.test'], undefined], 1],
  ['a wildcard for one label only', [['*.a.test']], -1],
  ['another host', [['cart.test']], -1],
  ['nothing', [], -1],
])('%s', (_, hosts, expected) => {
  expect(indexFor('shop.test', ...hosts)).toBe(expected);
});
