import { describe, expect, it } from 'vitest';
import type { ProbeSummary } from '../messages.ts';
import { choicesOf, PAGE_SIZE, select } from './selection.ts';
import { type View, viewOf } from './view.ts';

const probe = (name: string, owner: string, more: Partial<ProbeSummary> = {}): ProbeSummary => ({
  namespace: 'shop',
  name,
  healthy: owner === 'None' ? 'True' : 'False',
  owner,
  reason: 'Example',
  ...more,
});

const view = (more: Partial<View> = {}): View => ({ ...viewOf(''), ...more });
const shown = (probes: readonly ProbeSummary[], more: Partial<View> = {}) =>
  select(probes, view(more)).groups.map(({ title, total, failing, probes: here }) => [
    title,
    `${failing}/${total}`,
    ...here.map(({ namespace, name }) => `${namespace}/${name}`),
  ]);

const SOME = [
  probe('b', 'None'),
  probe('c', 'Unknown', { healthy: 'Unknown' }),
  probe('d', 'Developer'),
  probe('e', 'DevOps', { namespace: 'bank' }),
  probe('a', 'Both'),
  probe('f', 'Platform'),
];

describe('the order', () => {
  it('is what fails, then what nobody knows, then what is well', () => {
    expect(shown(SOME)).toEqual([['', '4/6', 'bank/e', 'shop/a', 'shop/d', 'shop/f', 'shop/c', 'shop/b']]);
  });

  it('of owners is who has to act first, with words of later releases before none', () => {
    expect(shown(SOME, { group: 'owner' }).map(([title]) => title)).toEqual([
      'DevOps',
      'Developer',
      'Both',
      'Unknown',
      'Platform',
      'None',
    ]);
  });

  it('of namespaces is that of their names, and so are the choices', () => {
    expect(shown(SOME, { group: 'namespace' })).toEqual([
      ['bank', '1/1', 'bank/e'],
      ['shop', '3/5', 'shop/a', 'shop/d', 'shop/f', 'shop/c', 'shop/b'],
    ]);
    expect(choicesOf(SOME, 'namespace')).toEqual(['bank', 'shop']);
  });
});

describe('a search', () => {
  const one = probe('cart', 'DevOps', { target: 'http://Shop.test/', code: 502, culprit: 'Service/cart' });
  it.each([
    ['', true],
    ['CART', true],
    ['shop/cart', true],
    ['502 devops', true],
    ['  devops   service/ ', true],
    ['shop.test', true],
    ['504', false],
    ['cart developer', false],
  ])('for "%s" finds it: %s', (search, isFound) => {
    expect(select([one], view({ search })).total).toBe(isFound ? 1 : 0);
  });
});

it('a group goes on over pages with the numbers of the whole, and there is no page after the last', () => {
  const many = Array.from({ length: PAGE_SIZE + 1 }, (_, index) => probe(`p-${1000 + index}`, 'DevOps'));
  const last = { ...view({ group: 'owner', page: 99 }) };
  expect(select(many, last)).toMatchObject({ page: 2, pages: 2, total: PAGE_SIZE + 1 });
  expect(shown(many, last)).toEqual([
    ['DevOps', `${PAGE_SIZE + 1}/${PAGE_SIZE + 1}`, `shop/p-${1000 + PAGE_SIZE}`],
  ]);
});
