import { describe, expect, it } from 'vitest';
import { ApiError } from '../../kubernetes/api-error.ts';
import type { ApiObject } from '../../kubernetes/resources.ts';
import { ValueCache } from './value-cache.ts';

const MINUTE = 60_000;
const SECRET = { kind: 'Secret', name: 'token' } as const;

/** An API server that holds one Secret, or fails with a reason. */
function cluster() {
  const state = {
    now: 0,
    reads: 0,
    value: 'one' as string | undefined,
    failure: undefined as string | undefined,
  };
  const cache = new ValueCache(
    {
      async get(_, { name }): Promise<ApiObject> {
        state.reads += 1;
        const reason = state.failure ?? (state.value === undefined ? 'NotFound' : undefined);
        if (reason !== undefined) throw new ApiError({ verb: 'get', path: name, reason, message: reason });
        return { metadata: {}, data: { value: Buffer.from(state.value ?? '').toString('base64') } };
      },
    },
    () => state.now,
  );
  const read = async (namespace = 'shop') =>
    (await cache.readerFor(namespace)(SECRET))?.get('value')?.toString();
  return { state, cache, read };
}

describe('values of Secrets', () => {
  it('are read once, and anew before 5 minutes have passed', async () => {
    const { state, read } = cluster();
    expect(await read()).toBe('one');
    state.value = 'two';
    state.now = 4 * MINUTE - 1;
    expect(await read()).toBe('one');
    state.now = 4 * MINUTE;
    expect(await read()).toBe('two');
    expect(state.reads).toBe(2);
  });

  it('are read anew at once when they are forgotten, in their namespace alone', async () => {
    const { state, cache, read } = cluster();
    await read('shop');
    await read('other');
    state.value = 'two';
    cache.forget('shop');
    expect([await read('shop'), await read('other')]).toEqual(['two', 'one']);
  });

  it('that are not there are looked for at every turn', async () => {
    const { state, read } = cluster();
    state.value = undefined;
    expect(await read()).toBeUndefined();
    state.value = 'late';
    expect(await read()).toBe('late');
  });

  it('that may not be read say what allows it, and are tried again', async () => {
    const { state, read } = cluster();
    state.failure = 'Forbidden';
    await expect(read()).rejects.toMatchObject({
      reason: 'SecretForbidden',
      message:
        'The operator may not read Secret token: apply deploy/addons/secrets, or bind its ClusterRole in namespace shop.',
    });
    state.failure = undefined;
    expect(await read()).toBe('one');
  });

  it('go on to be used while the API server cannot be reached', async () => {
    const { state, read } = cluster();
    await read();
    state.failure = 'Unreachable';
    state.now = 10 * MINUTE;
    expect(await read()).toBe('one');
  });

  it('that were never read fail while the API server cannot be reached', async () => {
    const { state, read } = cluster();
    state.failure = 'Unreachable';
    await expect(read()).rejects.toBeInstanceOf(ApiError);
  });
});
