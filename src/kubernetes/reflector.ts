import { setTimeout as sleep } from 'node:timers/promises';
import { Follower, type FollowerOptions, type ReflectorState } from './follower.ts';
import { isolated } from './isolated.ts';
import { createPace, type PaceSettings } from './reflector-pace.ts';

type Callbacks = 'signal' | 'onState' | 'onError';

export interface ReflectorOptions<T>
  extends Omit<FollowerOptions<T>, Callbacks>,
    Partial<Pick<FollowerOptions<T>, Callbacks>> {
  readonly pace?: PaceSettings;
}

export interface Reflector {
  readonly state: ReflectorState;
  /** Resolves with the first whole list; rejects when the reflector is stopped before. */
  whenSynced(): Promise<void>;
  /** Nothing is delivered after this. */
  stop(): void;
}

/** Keeps a sink equal to what the API server holds of one resource, whatever happens to the connection. */
export function startReflector<T>(options: ReflectorOptions<T>): Reflector {
  const { signal, onState = () => {}, onError = () => {} } = options;
  const controller = new AbortController();
  const synced = Promise.withResolvers<void>();
  synced.promise.catch(() => {});
  let state: ReflectorState = { synced: false, watching: false };

  const stop = () => {
    controller.abort();
    state = { ...state, watching: false };
    signal?.removeEventListener('abort', stop);
    synced.reject(
      new Error(`The watch on ${options.resource.plural} was stopped before its first whole list.`),
    );
  };
  const setState = (next: ReflectorState) => {
    state = next;
    if (next.synced) synced.resolve();
    isolated(() => onState(next), onError);
  };

  const follower = new Follower({ ...options, signal: controller.signal, onState: setState, onError });
  if (signal?.aborted) stop();
  else signal?.addEventListener('abort', stop);
  void keepFollowing(follower, createPace(options.pace), controller.signal);
  return {
    get state() {
      return state;
    },
    whenSynced: () => synced.promise,
    stop,
  };
}

async function keepFollowing<T>(
  follower: Follower<T>,
  pace: ReturnType<typeof createPace>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const wait = pace(await follower.attempt());
    await sleep(wait, undefined, { signal }).catch(() => {});
  }
}
