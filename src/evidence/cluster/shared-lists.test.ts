import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { couldNotLook, found, type Lookup } from '../../diagnosis/model/lookup.ts';
import type { ClusterReader } from './reader.ts';
import { createListSharing } from './shared-lists.ts';

const TROUBLE = couldNotLook('Timeout', 'too slow');

/** What was listed, by readers of one diagnosis each. */
function lab(answer: () => Lookup<never[]> = () => found([])) {
  const listed: string[] = [];
  const share = createListSharing();
  const reader = (): ClusterReader =>
    share({
      get: async () => found(undefined),
      list: async (kind, { namespace = '' } = {}) => {
        listed.push(`${kind} ${namespace}`);
        return answer();
      },
    });
  return { listed, reader };
}

describe('lists such as the Events of a namespace', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are listed once for diagnoses at about the same time, and anew after 2 s', async () => {
    const { listed, reader } = lab();
    const ask = () => reader().list('Event', { namespace: 'shop' });
    await Promise.all([ask(), ask()]);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(await ask()).toEqual(found([]));
    expect(listed).toEqual(['Event shop']);
    await vi.advanceTimersByTimeAsync(1);
    await ask();
    expect(listed).toEqual(['Event shop', 'Event shop']);
  });

  it('are not those of another namespace, nor of another kind', async () => {
    const { listed, reader } = lab();
    for (const namespace of ['shop', 'bank']) await reader().list('Event', { namespace });
    for (const _ of [1, 2]) await reader().list('Pod', { namespace: 'shop' });
    expect(listed).toEqual(['Event shop', 'Event bank', 'Pod shop']);
  });

  it('are asked for again at once where nobody could look', async () => {
    const answers: Lookup<never[]>[] = [TROUBLE, found([])];
    const { reader } = lab(() => answers.shift() ?? TROUBLE);
    const ask = () => reader().list('Event', { namespace: 'shop' });
    expect([await ask(), await ask()]).toEqual([TROUBLE, found([])]);
  });
});
