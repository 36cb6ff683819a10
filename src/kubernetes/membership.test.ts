import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LeaseServer } from '../../test/support/lease-server.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import {
  type Exchange,
  type ScriptedApiServer,
  startScriptedApiServer,
} from '../../test/support/scripted-api-server.ts';
import { createClient } from './client.ts';
import { Membership } from './membership.ts';
import { createTransport } from './transport.ts';

const KEYS = Array.from({ length: 30 }, (_, index) => `shop/probe-${index}`);
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/system/leases';

interface Member {
  readonly name: string;
  readonly membership: Membership;
  readonly clock: ManualClock;
  readonly errors: unknown[];
  changes: number;
}

type Fault = (exchange: Exchange, answer: (exchange: Exchange) => void) => void;

/** A group on a server of its own, on a clock that only the test moves. */
class Group {
  readonly leases = new LeaseServer();
  readonly clock = new ManualClock();
  readonly members: Member[] = [];
  readonly faults = new Map<string, Fault>();
  readonly #transports: { close(): void }[] = [];
  readonly #server: ScriptedApiServer;
  #runs = 0;

  constructor(server: ScriptedApiServer) {
    this.#server = server;
    server.answerAll((exchange) => {
      const fault = this.faults.get(exchange.headers['user-agent'] ?? '');
      if (fault === undefined) this.leases.answer(exchange);
      else fault(exchange, this.leases.answer);
    });
  }

  async start(name: string): Promise<Member> {
    const transport = createTransport(async () => ({ server: this.#server.url, headers: {}, tls: {} }), {
      userAgent: name,
    });
    this.#transports.push(transport);
    const clock = new ManualClock(this.clock);
    const errors: unknown[] = [];
    this.#runs += 1;
    const membership = new Membership({
      client: createClient(transport),
      namespace: 'system',
      member: name,
      identity: `${name}-${this.#runs}`,
      labels: { group: 'operator' },
      clock,
      onChange: () => {
        member.changes += 1;
      },
      onError: (error) => errors.push(error),
    });
    const member: Member = { name, membership, clock, errors, changes: 0 };
    this.members.push(member);
    await this.settle();
    return member;
  }

  /** Like SIGKILL: it never comes back. */
  kill(member: Member): void {
    member.clock.pause();
    this.members.splice(this.members.indexOf(member), 1);
  }

  async stop(member: Member): Promise<void> {
    this.members.splice(this.members.indexOf(member), 1);
    await member.membership.stop();
  }

  /** All calls are done and every member sleeps. */
  settle(): Promise<void> {
    const check = () =>
      expect(this.members.map(({ clock }) => clock.sleeping)).toEqual(this.members.map(() => 1));
    return vi.waitFor(check, { timeout: 10_000, interval: 1 });
  }

  async pass(seconds: number): Promise<void> {
    for (let step = 0; step < seconds * 4; step += 1) {
      this.clock.advance(250);
      await this.settle();
      for (const key of KEYS) expect(this.ownersOf(key).length).toBeLessThanOrEqual(1);
    }
  }

  ownersOf(key: string): string[] {
    return this.members.filter(({ membership }) => membership.owns(key)).map(({ name }) => name);
  }

  /** Seconds until every key has an owner among these. */
  async secondsUntilShared(...names: string[]): Promise<number> {
    const from = this.clock.now();
    const isShared = () => {
      const owners = KEYS.map((key) => this.ownersOf(key));
      return owners.every((each) => each.length === 1) && names.every((name) => owners.flat().includes(name));
    };
    while (!isShared()) {
      expect(this.clock.now() - from).toBeLessThan(60_000);
      await this.pass(0.25);
    }
    return (this.clock.now() - from) / 1_000;
  }

  close(): void {
    for (const transport of this.#transports) transport.close();
  }
}

let server: ScriptedApiServer;
let group: Group;

beforeEach(async () => {
  server = await startScriptedApiServer();
  group = new Group(server);
});

afterEach(async () => {
  group.close();
  await server.close();
});

const refused: Fault = (exchange) => exchange.status(400, 'BadRequest');

test('one alone owns everything at once, without waiting', async () => {
  const { membership } = await group.start('a');
  expect(membership.members).toEqual(['a']);
  expect(KEYS.every((key) => membership.owns(key) && membership.keeps(key))).toBe(true);
});

test('one that joins gets its share, within 10 s', async () => {
  const a = await group.start('a');
  const b = await group.start('b');
  expect(KEYS.some((key) => b.membership.owns(key))).toBe(false);
  expect(await group.secondsUntilShared('a', 'b')).toBeLessThanOrEqual(10);
  expect(a.membership.members).toEqual(['a', 'b']);
  expect(a.changes).toBe(2);
});

test('many that start together share the keys within 10 s', async () => {
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => group.start(name)));
  expect(await group.secondsUntilShared('a', 'b', 'c', 'd')).toBeLessThanOrEqual(10);
});

async function three(): Promise<[Member, Member, Member]> {
  const members: [Member, Member, Member] = [
    await group.start('a'),
    await group.start('b'),
    await group.start('c'),
  ];
  await group.secondsUntilShared('a', 'b', 'c');
  await group.pass(5);
  return members;
}

test('the keys of one that is killed move within 15 s, and only those', async () => {
  const [a, b, c] = await three();
  const before = new Map(KEYS.map((key) => [key, group.ownersOf(key)[0]]));
  group.kill(b);
  expect(await group.secondsUntilShared('a', 'c')).toBeLessThanOrEqual(15);
  for (const key of KEYS) if (before.get(key) !== 'b') expect(group.ownersOf(key)).toEqual([before.get(key)]);
  expect([a.membership.members, c.membership.members]).toEqual([
    ['a', 'c'],
    ['a', 'c'],
  ]);
});

test('the keys of one that leaves move within 3 s', async () => {
  const [, b] = await three();
  await group.stop(b);
  expect(b.membership.owns(KEYS[0] as string)).toBe(false);
  expect(await group.secondsUntilShared('a', 'c')).toBeLessThanOrEqual(3);
});

test('one that is stopped for 60 s owns nothing when it goes on, and joins anew', async () => {
  const [, b] = await three();
  const mine = KEYS.find((key) => b.membership.owns(key)) as string;
  b.clock.pause();
  await group.pass(60);
  expect([b.membership.owns(mine), b.membership.keeps(mine)]).toEqual([false, false]);
  expect(b.membership.fence(mine)).toThrow(`${mine} does not belong to b any more.`);
  b.clock.resume();
  expect(await group.secondsUntilShared('a', 'b', 'c')).toBeLessThanOrEqual(10);
});

test('one without contact owns nothing but keeps its keys, until it is back', async () => {
  const [, b] = await three();
  const mine = KEYS.find((key) => b.membership.owns(key)) as string;
  group.faults.set('b', refused);
  await group.pass(20);
  expect(group.ownersOf(mine)).toHaveLength(1);
  expect([b.membership.owns(mine), b.membership.keeps(mine)]).toEqual([false, true]);
  group.faults.clear();
  await group.pass(2);
  expect(b.membership.keeps(mine)).toBe(false);
  expect(await group.secondsUntilShared('a', 'b', 'c')).toBeLessThanOrEqual(10);
});

test('one whose calls were slow tells that it owns its keys again, which may have been dropped meanwhile', async () => {
  const { membership, ...a } = await group.start('a');
  const member = group.members[0] as Member;
  const held: (() => void)[] = [];
  group.faults.set('a', (exchange, answer) => held.push(() => answer(exchange)));
  group.clock.advance(2_000);
  await vi.waitFor(() => expect(held).toHaveLength(1));
  group.clock.advance(10_000);
  expect(KEYS.some((key) => membership.keeps(key))).toBe(false);
  group.faults.clear();
  held[0]?.();
  await group.settle();
  expect(KEYS.every((key) => membership.keeps(key))).toBe(true);
  expect(member.changes).toBe(a.changes + 1);
});

test('one that may renew but not look gives up its place to the others', async () => {
  await three();
  group.faults.set('b', (exchange, answer) =>
    exchange.method === 'GET' ? refused(exchange, answer) : answer(exchange),
  );
  expect(await group.secondsUntilShared('a', 'c')).toBeLessThanOrEqual(15);
});

test('when nobody has contact for 60 s, all keep their keys and own them again within 10 s', async () => {
  const [a, b, c] = await three();
  const kept = KEYS.map((key) => group.ownersOf(key));
  for (const name of ['a', 'b', 'c']) group.faults.set(name, refused);
  await group.pass(60);
  expect(
    KEYS.map((key) => [a, b, c].filter(({ membership }) => membership.keeps(key)).map(({ name }) => name)),
  ).toEqual(kept);
  group.faults.clear();
  expect(await group.secondsUntilShared('a', 'b', 'c')).toBeLessThanOrEqual(10);
});

test('a restarted container waits until the Lease of its earlier run is over', async () => {
  const a = await group.start('a');
  group.kill(a);
  const again = await group.start('a');
  expect(again.membership.owns('x/y')).toBe(false);
  expect(await group.secondsUntilShared('a')).toBeLessThanOrEqual(15);
});

test('Leases of members that left or never come back are deleted', async () => {
  const [, b] = await three();
  await group.stop(await group.start('d'));
  group.kill(b);
  await group.pass(60);
  expect([...group.leases.objects.keys()]).toContain(`${LEASES}/b`);
  await group.pass(60);
  expect([...group.leases.objects.keys()]).toEqual([`${LEASES}/a`, `${LEASES}/c`]);
});

const FAULTS: Record<string, Fault> = {
  refused,
  'done but not told': (exchange, answer) => {
    const { method } = exchange;
    if (method === 'GET') return answer(exchange);
    answer({ ...exchange, json: () => exchange.status(400, 'BadRequest') });
  },
  'looks refused': (exchange, answer) =>
    exchange.method === 'GET' ? refused(exchange, answer) : answer(exchange),
};

const names = fc.constantFrom('a', 'b', 'c');
const steps = fc.array(
  fc.record({
    pass: fc.integer({ min: 0, max: 60 }).map((quarters) => quarters / 4),
    name: names,
    act: fc.oneof(
      fc.constantFrom('start', 'kill', 'stop', 'pause', 'resume', 'heal', 'delete'),
      fc.constantFrom(...Object.keys(FAULTS)),
    ),
  }),
  { maxLength: 12 },
);

test('whatever happens, no key has two owners; when it is over, each has one', {
  timeout: 120_000,
}, async () => {
  const run = fc.asyncProperty(steps, async (script) => {
    group = new Group(server);
    await three();
    for (const { act, name, pass } of script) {
      const member = group.members.find((each) => each.name === name);
      if (act === 'start' && member === undefined) await group.start(name);
      else if (act === 'heal') group.faults.delete(name);
      else if (act === 'delete') group.leases.objects.delete(`${LEASES}/${name}`);
      else if (FAULTS[act] !== undefined) group.faults.set(name, FAULTS[act]);
      else if (member === undefined) continue;
      else if (act === 'kill') group.kill(member);
      else if (act === 'stop') await group.stop(member);
      else if (act === 'pause') member.clock.pause();
      else if (act === 'resume') member.clock.resume();
      // A Lease that is gone cannot be seen by one that starts before its holder has made it anew.
      await group.pass(act === 'delete' ? Math.max(pass, 2.5) : pass);
    }
    group.faults.clear();
    for (const { clock } of group.members) clock.resume();
    if (group.members.length > 0) {
      expect(await group.secondsUntilShared(...group.members.map(({ name }) => name))).toBeLessThanOrEqual(
        20,
      );
    }
    group.close();
  });
  await fc.assert(run, { numRuns: 12 });
});
