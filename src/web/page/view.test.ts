import fc from 'fast-check';
import { expect, it } from 'vitest';
import { GROUPINGS, queryOf, type View, viewOf } from './view.ts';

const FIRST: View = { search: '', healthy: '', owner: '', namespace: '', group: 'none', page: 1 };

it('an address without a query is the list as it is at first', () => {
  expect(viewOf('')).toEqual(FIRST);
  expect(queryOf(FIRST)).toBe('?');
});

it('any view comes back from its address', () => {
  const name = fc.stringMatching(/^[a-z0-9.-]+$/);
  const view = fc.record(
    {
      probe: fc.record({ namespace: name, name }),
      search: fc.string({ unit: 'grapheme' }),
      healthy: fc.constantFrom('', 'True', 'False', 'Unknown'),
      owner: fc.string(),
      namespace: name,
      group: fc.constantFrom(...GROUPINGS),
      page: fc.integer({ min: 1 }),
    },
    { requiredKeys: ['search', 'healthy', 'owner', 'namespace', 'group', 'page'] },
  );
  fc.assert(
    fc.property(view, (each) => {
      expect(viewOf(queryOf(each as View))).toEqual(each);
    }),
  );
});

it.each([
  ['?page=0', FIRST],
  ['?page=-3', FIRST],
  ['?page=x&group=colour', FIRST],
  ['?page=2.7', { ...FIRST, page: 2 }],
  ['?probe=shop', FIRST],
  ['?probe=/cart', FIRST],
])('%s: what makes no sense is as it is at first', (query, view) => expect(viewOf(query)).toEqual(view));
