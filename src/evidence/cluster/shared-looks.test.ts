import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { couldNotLook, found, type Lookup } from '../../diagnosis/model/lookup.ts';
import type { ClusterReader } from './reader.ts';
import { createLookSharing } from './shared-looks.ts';

const TROUBLE = couldNotLook('Timeout', 'too slow');

/** What was looked at, by readers of one diagnosis each. */
function lab(answer: () => Lookup<never[]> = () => found([])) {
  const looked: string[] = [];
  const share = createLookSharing();
  const reader = (): ClusterReader =>
    share({
      async get(kind, { namespace = '', name }) {
        looked.push(`${kind} ${namespace}/${name}`);
        return found(undefined);
      },
      async list(kind, { namespace = '' } = {}) {
        looked.push(`${kind} ${namespace}`);
        return answer();
      },
    });
  return { looked, reader };
}

describe('looks', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are taken once for diagnoses at about the same time, and anew after 2 s', async () => {
    const { looked, reader } = lab();
    const ask = async () => [
      await reader().list('Event', { namespace: 'shop' }),
      await reader().get('Secret', { namespace: 'shop', name: 'tls' }),
    ];
    await Promise.all([ask(), ask()]);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(await ask()).toEqual([found([]), found(undefined)]);
    expect(looked).toEqual(['Event shop', 'Secret shop/tls']);
    await vi.advanceTimersByTimeAsync(1);
    await ask();
    expect(looked).toEqual(['Event shop', 'Secret shop/tls', 'Event shop', 'Secret shop/tls']);
  });

  it('at what metrics-server says hold for as long as it says it', async () => {
    const { looked, reader } = lab();
    const ask = () => reader().get('PodMetrics', { namespace: 'shop', name: 'web-1' });
    await ask();
    await vi.advanceTimersByTimeAsync(14_999);
    await ask();
    expect(looked).toEqual(['PodMetrics shop/web-1']);
    await vi.advanceTimersByTimeAsync(1);
    await ask();
    expect(looked).toHaveLength(2);
  });

  it('are not those at another namespace, name or kind', async () => {
    const { looked, reader } = lab();
    for (const namespace of ['shop', 'bank']) await reader().list('Event', { namespace });
    for (const _ of [1, 2]) await reader().list('Pod', { namespace: 'shop' });
    for (const name of ['a', 'b']) await reader().get('Secret', { namespace: 'shop', name });
    expect(looked).toEqual(['Event shop', 'Event bank', 'Pod shop', 'Secret shop/a', 'Secret shop/b']);
  });

  it('are taken again at once where nobody could look', async () => {
    const answers: Lookup<never[]>[] = [TROUBLE, found([])];
    const { reader } = lab(() => answers.shift() ?? TROUBLE);
    const ask = () => reader().list('Event', { namespace: 'shop' });
    expect([await ask(), await ask()]).toEqual([TROUBLE, found([])]);
  });
});
