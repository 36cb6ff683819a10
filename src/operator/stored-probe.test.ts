import { expect, test } from 'vitest';
import { newerProbe, toStoredProbe } from './stored-probe.ts';

const raw = (resourceVersion: string, generation: number, uid = 'u') => ({
  metadata: { namespace: 'shop', name: 'cart', uid, generation, resourceVersion },
  spec: { target: { url: 'http://shop.test/' } },
  status: { observedGeneration: generation, target: resourceVersion },
});

test('the same version of a probe is not read again', () => {
  const known = toStoredProbe(raw('1', 1));
  expect(newerProbe(raw('1', 1), known)).toBe(known);
});

test('of the same generation only the status is read', () => {
  const known = toStoredProbe(raw('1', 1));
  const newer = newerProbe(raw('2', 1), known);
  expect(newer).toEqual(toStoredProbe(raw('2', 1)));
  expect(newer.resolution).toBe(known.resolution);
});

test('another generation, or a probe that was made anew, is read as a whole', () => {
  const known = toStoredProbe(raw('1', 1));
  expect(newerProbe(raw('2', 2), known)).toEqual(toStoredProbe(raw('2', 2)));
  expect(newerProbe(raw('2', 2), known).resolution).not.toBe(known.resolution);
  expect(newerProbe(raw('1', 1, 'new'), known)).toEqual(toStoredProbe(raw('1', 1, 'new')));
});
