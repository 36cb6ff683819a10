import { expect, test } from 'vitest';
import { ownerOf } from './rendezvous.ts';

const KEYS = Array.from({ length: 5_000 }, (_, index) => `team-${index % 40}/probe-${index}`);
const MEMBERS = ['operator-7d9c-abcde', 'operator-7d9c-fghij', 'operator-7d9c-klmno'];

const share = (members: readonly string[]) => {
  const counts = new Map(members.map((member) => [member, 0]));
  for (const key of KEYS) {
    const owner = ownerOf(key, members) ?? '';
    counts.set(owner, (counts.get(owner) ?? 0) + 1);
  }
  return [...counts.values()];
};

test('nobody owns anything where there are no members', () => {
  expect(ownerOf('a/b', [])).toBeUndefined();
});

test('the order of the members does not matter', () => {
  for (const key of KEYS) expect(ownerOf(key, MEMBERS)).toBe(ownerOf(key, MEMBERS.toReversed()));
});

test.each([2, 3, 5, 10])('%i members get even shares', (count) => {
  const members = Array.from(
    { length: count },
    (_, index) => `operator-6f4b8-${index.toString(36).repeat(5)}`,
  );
  const fair = KEYS.length / count;
  for (const keys of share(members)) expect(Math.abs(keys - fair) / fair).toBeLessThan(0.15);
});

test('when a member leaves, only its keys move', () => {
  const left = MEMBERS.slice(1);
  for (const key of KEYS) {
    const before = ownerOf(key, MEMBERS);
    if (before !== MEMBERS[0]) expect(ownerOf(key, left)).toBe(before);
  }
});
