import { expect, it } from 'vitest';
import { defineCheck } from './check.ts';
import { referenceTo } from './reference.ts';

const quoting = (evidence: readonly string[]) =>
  defineCheck({
    id: 'quoting',
    title: 'Quotes',
    layer: 'Pod',
    needs: ['home'],
    reasons: { Quoted: { severity: 'Info', owner: 'None', message: 'Quoted', explains: [500] } },
    run({ home }, report) {
      const subject = referenceTo({ kind: 'Pod', name: 'a' }, home);
      return [report('Quoted', { subject, slots: {}, evidence })];
    },
  }).run({ home: 'demo' })[0]?.evidence;

it('of evidence three lines of 256 bytes are kept, cut between characters', () => {
  expect(quoting(['a', 'é'.repeat(128), `x${'é'.repeat(128)}`, 'd'])).toEqual([
    'a',
    'é'.repeat(128),
    `x${'é'.repeat(127)}`,
  ]);
  expect(quoting([])).toEqual([]);
});
