import { afterEach, describe, expect, it } from 'vitest';
import { type Fault, startObjectServer } from '../../../test/support/object-server.ts';
import { createClient } from '../../kubernetes/client.ts';
import { createTransport } from '../../kubernetes/transport.ts';
import { createRefusalMemory } from './refused-looks.ts';
import { createTargetedReader } from './targeted.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const action of cleanUp.splice(0).reverse()) await action();
});

const SECRET = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'shop', name: 'tls' } };

/** A cluster with one Secret, a clock, and a reader for each diagnosis. */
async function cluster(faults: Record<string, Fault>) {
  const server = await startObjectServer([SECRET], faults);
  const transport = createTransport(async () => ({ server: server.url, headers: {}, tls: {} }));
  cleanUp.push(
    () => server.close(),
    () => transport.close(),
  );
  const clock = { now: 0 };
  const remembering = createRefusalMemory(() => clock.now);
  const reader = () => remembering(createTargetedReader(createClient(transport)));
  return { server, clock, reader, faults };
}

describe('what is forbidden', () => {
  it('is not asked for again at once, and is Forbidden all the same', async () => {
    const { reader, server } = await cluster({ Secret: 'forbidden' });
    const looks = [];
    for (let count = 0; count < 3; count += 1)
      looks.push(await reader().get('Secret', { namespace: 'shop', name: 'tls' }));
    expect(looks.map((look) => !look.ok && look.reason)).toEqual(['Forbidden', 'Forbidden', 'Forbidden']);
    expect(server.asked).toHaveLength(1);
  });

  it('is asked for under each name', async () => {
    const { reader, server } = await cluster({ Secret: 'forbidden' });
    for (const name of ['tls', 'other']) await reader().get('Secret', { namespace: 'shop', name });
    for (const namespace of ['shop', 'bank']) await reader().list('Secret', { namespace });
    expect(server.asked).toHaveLength(4);
  });

  it('is seen within minutes when it is allowed', async () => {
    const { reader, clock, faults } = await cluster({ Secret: 'forbidden' });
    await reader().get('Secret', { namespace: 'shop', name: 'tls' });
    delete faults.Secret;
    clock.now = 4 * 60_000;
    expect(await reader().get('Secret', { namespace: 'shop', name: 'tls' })).toMatchObject({ ok: true });
  });
});

it('a kind that the cluster does not know is asked for once, whatever the object, until it may be there', async () => {
  const { reader, server, clock, faults } = await cluster({ Secret: 'unknown' });
  for (const name of ['a', 'b']) {
    const look = await reader().get('Secret', { namespace: 'shop', name });
    expect(look).toMatchObject({ reason: 'NotInstalled' });
  }
  expect(server.asked).toHaveLength(1);
  delete faults.Secret;
  clock.now = 4 * 60_000;
  expect(await reader().get('Secret', { namespace: 'shop', name: 'tls' })).toMatchObject({ ok: true });
});

it('other failures, and what is not there, are looked at anew', async () => {
  const { reader, server, faults } = await cluster({ Secret: 'broken' });
  await reader().get('Secret', { namespace: 'shop', name: 'tls' });
  delete faults.Secret;
  expect(await reader().get('Secret', { namespace: 'shop', name: 'tls' })).toMatchObject({ ok: true });
  for (const _ of [1, 2]) await reader().get('Secret', { namespace: 'shop', name: 'gone' });
  expect(server.asked).toHaveLength(4);
});
