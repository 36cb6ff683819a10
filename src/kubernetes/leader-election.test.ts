import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LeaseServer } from '../../test/support/lease-server.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import {
  type Exchange,
  type ScriptedApiServer,
  startScriptedApiServer,
} from '../../test/support/scripted-api-server.ts';
import { createClient } from './client.ts';
import { LeaderElection } from './leader-election.ts';
import type { Lease } from './lease-lock.ts';
import { createTransport } from './transport.ts';

const PATH = '/apis/coordination.k8s.io/v1/namespaces/system/leases/leader';
const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

let server: ScriptedApiServer;
let leases: LeaseServer;
let clock: ManualClock;
/** Identities whose calls fail, and how. */
const faults = new Map<string, (exchange: Exchange) => void>();
const cleanUp: (() => void)[] = [];
const everyone: LeaderElection[] = [];

beforeEach(async () => {
  server = await startScriptedApiServer();
  leases = new LeaseServer();
  clock = new ManualClock();
  faults.clear();
  everyone.splice(0);
  server.answerAll((exchange) =>
    (faults.get(exchange.headers['user-agent'] ?? '') ?? leases.answer)(exchange),
  );
});

afterEach(async () => {
  for (const action of cleanUp.splice(0)) action();
  await server.close();
});

function contend(identity: string) {
  const transport = createTransport(async () => ({ server: server.url, headers: {}, tls: {} }), {
    userAgent: identity,
  });
  cleanUp.push(() => transport.close());
  const own = new ManualClock(clock);
  const terms: AbortSignal[] = [];
  const errors: unknown[] = [];
  const election = new LeaderElection({
    client: createClient(transport),
    namespace: 'system',
    name: 'leader',
    identity,
    clock: own,
    onLeading: (term) => terms.push(term),
    onError: (error) => errors.push(error),
  });
  everyone.push(election);
  /** The loop, and while leading the watch over the end of the term, sleep again. */
  const settled = () => eventually(() => expect(own.sleeping).toBe(election.isLeader ? 2 : 1));
  return { election, clock: own, terms, errors, settled };
}

type Contender = ReturnType<typeof contend>;

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 1 });

/** Lets time go by in steps of a second, with all calls done after each. */
async function pass(seconds: number, ...contenders: Contender[]) {
  for (let second = 0; second < seconds; second += 1) {
    clock.advance(1_000);
    for (const contender of contenders) await contender.settled();
    expect(everyone.filter(({ isLeader }) => isLeader).length).toBeLessThanOrEqual(1);
  }
}

const spec = () => (leases.objects.get(PATH) as unknown as Lease | undefined)?.spec;

test('the first takes the Lease with times of six digits and renews it; the second waits', async () => {
  const one = contend('one');
  await one.settled();
  expect(one.election.isLeader).toBe(true);
  const acquired = spec();
  expect(acquired).toEqual({
    holderIdentity: 'one',
    leaseDurationSeconds: 15,
    acquireTime: expect.stringMatching(MICRO_TIME),
    renewTime: expect.stringMatching(MICRO_TIME),
    leaseTransitions: 0,
  });
  const two = contend('two');
  await pass(60, one, two);
  expect([one.election.isLeader, two.election.isLeader, two.election.leader]).toEqual([true, false, 'one']);
  expect(spec()).toMatchObject({ acquireTime: acquired?.acquireTime, leaseTransitions: 0 });
  expect([one.terms.length, one.terms[0]?.aborted]).toEqual([1, false]);
});

test('a leader that is gone is followed after the duration, on the local clock', async () => {
  const one = contend('one');
  await one.settled();
  const two = contend('two');
  await two.settled();
  one.clock.pause();
  const from = clock.now();
  while (!two.election.isLeader) await pass(1, two);
  expect(clock.now() - from).toBeGreaterThanOrEqual(15_000);
  expect(clock.now() - from).toBeLessThanOrEqual(18_000);
  expect(spec()).toMatchObject({ holderIdentity: 'two', leaseTransitions: 1 });
});

test('a leader that was stopped for long is fenced at the moment it goes on', async () => {
  const one = contend('one');
  await one.settled();
  const two = contend('two');
  await two.settled();
  one.clock.pause();
  await pass(60, two);
  expect(two.election.isLeader).toBe(true);
  expect(one.election.isLeader).toBe(false);
  expect(one.election.fence).toThrow('The Lease leader is not held by this process any more.');
  one.clock.resume();
  await pass(5, one, two);
  expect(one.terms.map((term) => term.aborted)).toEqual([true]);
  expect(two.election.isLeader).toBe(true);
});

test('a leader that cannot renew gives up before another may take over, and leads again afterwards', async () => {
  const one = contend('one');
  await one.settled();
  faults.set('one', (exchange) => exchange.status(400, 'BadRequest'));
  await pass(9, one);
  expect(one.election.isLeader).toBe(true);
  await pass(2, one);
  expect(one.election.isLeader).toBe(false);
  expect(one.terms.map((term) => term.aborted)).toEqual([true]);
  faults.clear();
  await pass(3, one);
  expect(one.election.isLeader).toBe(true);
  expect(one.terms.map((term) => term.aborted)).toEqual([true, false]);
  expect(one.errors.length).toBeGreaterThan(0);
});

test('the term ends in time although a renewal hangs', async () => {
  const one = contend('one');
  await one.settled();
  const held: Exchange[] = [];
  faults.set('one', (exchange) => held.push(exchange));
  clock.advance(3_000);
  await eventually(() => expect(held).toHaveLength(1));
  clock.advance(7_000);
  await eventually(() => expect(one.terms[0]?.aborted).toBe(true));
  faults.clear();
  for (const exchange of held) leases.answer(exchange);
});

test('a renewal counts from when it was sent, not from when it was answered', async () => {
  const one = contend('one');
  await one.settled();
  const held: Exchange[] = [];
  faults.set('one', (exchange) => held.push(exchange));
  clock.advance(3_000);
  await eventually(() => expect(held).toHaveLength(1));
  clock.advance(4_000);
  faults.clear();
  leases.answer(held[0] as Exchange);
  await one.settled();
  one.clock.pause();
  clock.advance(5_999);
  expect(one.election.isLeader).toBe(true);
  clock.advance(1);
  expect(one.election.isLeader).toBe(false);
});

test('a Lease that was written by hand is believed at once', async () => {
  const one = contend('one');
  await one.settled();
  const lease = leases.objects.get(PATH);
  const metadata = { ...lease?.metadata, resourceVersion: '1000' };
  leases.objects.set(PATH, { ...lease, spec: { ...spec(), holderIdentity: 'admin' }, metadata } as never);
  await pass(3, one);
  expect([one.election.isLeader, one.election.leader]).toEqual([false, 'admin']);
});

test('stop gives the Lease back, so that the next leads at once', async () => {
  const one = contend('one');
  await one.settled();
  const two = contend('two');
  await two.settled();
  await one.election.stop();
  expect([one.election.isLeader, one.terms[0]?.aborted]).toEqual([false, true]);
  expect(spec()).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
  await pass(3, two);
  expect(two.election.isLeader).toBe(true);
  expect(spec()).toMatchObject({ holderIdentity: 'two', leaseDurationSeconds: 15, leaseTransitions: 1 });
});

test('of many that start together one leads', async () => {
  const contenders = ['one', 'two', 'three', 'four', 'five'].map(contend);
  for (const contender of contenders) await contender.settled();
  await pass(10, ...contenders);
  expect(everyone.filter(({ isLeader }) => isLeader)).toHaveLength(1);
});
