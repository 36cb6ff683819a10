import { describe, expect, it } from 'vitest';
import { eventsAbout, isAboutContainer } from './events-about.ts';
import type { KubernetesEvent } from './kubernetes.ts';

const POD = { namespace: 'shop', name: 'web-1', uid: 'b' };

const event = (regarding: Partial<KubernetesEvent['regarding']>): KubernetesEvent => ({
  type: 'Warning',
  reason: 'Unhealthy',
  message: '',
  time: '2026-01-02T03:04:05Z',
  regarding: { kind: 'Pod', namespace: 'shop', name: 'web-1', ...regarding },
});

describe('eventsAbout', () => {
  it.each([
    ['the Pod', { uid: 'b' }, true],
    ['the Pod, without its uid', {}, true],
    ['an earlier Pod of the name', { uid: 'a' }, false],
    ['a Service of the name', { kind: 'Service' }, false],
    ['a Pod of the name in another namespace', { namespace: 'staging' }, false],
    ['another Pod', { name: 'web-2' }, false],
  ])('%s: %o → %s', (_, regarding, expected) => {
    expect(eventsAbout('Pod', POD, [event(regarding)])).toHaveLength(expected ? 1 : 0);
  });

  it('takes what names no container for every container', () => {
    const about = (fieldPath?: string) =>
      isAboutContainer(event(fieldPath === undefined ? {} : { fieldPath }), 'app');
    expect([about(), about('spec.containers{app}'), about('spec.containers{sidecar}')]).toEqual([
      true,
      true,
      false,
    ]);
  });
});
