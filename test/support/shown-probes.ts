import type { StatusProbeStatus } from '../../src/api/generated.ts';
import { createStore, keyOf, type Store } from '../../src/kubernetes/store.ts';
import type { ShownProbe } from '../../src/web/messages.ts';

export interface ShownProbeStore extends Store<ShownProbe> {
  put(namespace: string, name: string, status: Partial<StatusProbeStatus>): void;
}

/** StatusProbes in memory, to be put and deleted as a test says. */
export function createShownProbes(): ShownProbeStore {
  const store: Store<ShownProbe> = createStore();
  let version = 0;
  return Object.assign(store, {
    put(namespace: string, name: string, status: Partial<StatusProbeStatus>) {
      version += 1;
      const object = { namespace, name, status: { observedGeneration: 1, ...status } };
      store.set({ key: keyOf(namespace, name), uid: name, resourceVersion: String(version), object });
    },
  });
}

const healthy = (status: 'True' | 'False', time: string) => ({
  type: 'Healthy',
  status,
  observedGeneration: 1,
  lastTransitionTime: time,
  reason: 'Example',
  message: 'Example',
});

/** A status that says who fixes what, and no more. */
export const failing = (owner: string, reason: string): Partial<StatusProbeStatus> => ({
  target: 'http://shop.test/',
  conditions: [healthy('False', '2026-11-23T10:00:00Z')],
  verdict: { owner, layer: 'Pod', reason, summary: `${reason} happened` },
});

export const fine: Partial<StatusProbeStatus> = {
  target: 'http://shop.test/',
  conditions: [healthy('True', '2026-11-23T09:00:00Z')],
  verdict: { owner: 'None', layer: 'None', reason: 'Healthy', summary: 'The answer is as expected' },
};
