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
  void keepFollowing(follower, options, controller.signal);
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
  { transport, pace: settings }: Pick<ReflectorOptions<T>, 'transport' | 'pace'>,
  signal: AbortSignal,
): Promise<void> {
  const pace = createPace(settings);
  while (!signal.aborted) {
    const attempt = await follower.attempt();
    const resting = pause(pace(attempt), signal);
    const nobodyAnswered = attempt.error !== undefined && attempt.error.status === undefined;
    const forget = nobodyAnswered ? transport.onBack(resting.shorten) : () => {};
    await resting.done;
    forget();
  }
}

/** Watches that all return with the server are spread over this time. */
const RETURN_MILLISECONDS = 1_000;

/** A wait that ends with the signal, or soon after it is shortened. */
function pause(milliseconds: number, signal: AbortSignal): { done: Promise<void>; shorten: () => void } {
  const enough = new AbortController();
  const wait = (time: number) =>
    sleep(time, undefined, { signal: AbortSignal.any([signal, enough.signal]) }).catch(() => {});
  const shorten = () => void wait(Math.random() * RETURN_MILLISECONDS).then(() => enough.abort());
  return { done: wait(milliseconds), shorten };
}
