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

test('specs that differ in their target alone share all else', () => {
  const [one, other] = ['a', 'b'].map((host) =>
    toStoredProbe({ ...raw('1', 1), spec: { target: { url: `http://${host}.test/` } } }),
  );
  if (!one?.resolution.ok || !other?.resolution.ok) throw new Error('refused');
  expect(other.resolution.spec.expect).toBe(one.resolution.spec.expect);
  expect(other.resolution.spec.diagnose).toBe(one.resolution.spec.diagnose);
  expect(other.resolution.spec.target).not.toEqual(one.resolution.spec.target);
});
