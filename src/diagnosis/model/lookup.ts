import type { NotCheckedReason } from './vocabulary.ts';

/**
 * What a look-up brought: a value (an absence that was seen is a value too), or the reason why nobody could look.
 * Keeping the two apart is what stops a Forbidden from being read as "does not exist".
 */
export type Lookup<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: NotCheckedReason; readonly message: string };

export const found = <T>(value: T): Lookup<T> => ({ ok: true, value });

export const couldNotLook = (reason: NotCheckedReason, message: string): Lookup<never> => ({
  ok: false,
  reason,
  message,
});

/** Applies `next` to a value that was seen; a failed look-up stays failed. */
export const mapLookup = <T, R>(lookup: Lookup<T>, next: (value: T) => R): Lookup<R> =>
  lookup.ok ? found(next(lookup.value)) : lookup;
