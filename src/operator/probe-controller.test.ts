import { pino } from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { StatusProbeStatus } from '../api/generated.ts';
import { found } from '../diagnosis/model/lookup.ts';
import { createStore } from '../kubernetes/store.ts';
import type { Inquiry, World } from './look.ts';
import { NO_POLICY, policyFor } from './policy.ts';
import { ProbeController } from './probe-controller.ts';
import { conditionOf } from './status/judgement.ts';
import { keyOfProbe, type StoredProbe, toStoredProbe } from './stored-probe.ts';

interface Named {
  readonly name?: string;
  readonly generation?: number;
  readonly interval?: string;
  readonly url?: string;
  readonly requestedAt?: string;
  readonly failureThreshold?: number;
  readonly maintenance?: readonly object[];
  readonly status?: object;
}

let version = 0;

function probeOf({
  name = 'web',
  generation = 1,
  interval = '1h',
  url = 'http://a.test/',
  requestedAt,
  failureThreshold,
  maintenance,
  status,
}: Named = {}) {
  version += 1;
  return toStoredProbe({
    metadata: {
      namespace: 'shop',
      name,
      uid: `uid-${name}`,
      generation,
      resourceVersion: String(version),
      ...(requestedAt && { annotations: { 'statusprobe.dev/requested-at': requestedAt } }),
    },
    spec: {
      target: { url },
      interval,
      timeout: '1s',
      ...(failureThreshold && { failureThreshold }),
      ...(maintenance && { maintenance }),
    },
    ...(status && { status }),
  });
}

/** A controller on a store that the test fills, with targets that answer when they are let. */
function controllerOn(...initial: readonly StoredProbe[]) {
  const probes = createStore<StoredProbe, 'namespace'>({
    indexes: { namespace: ({ namespace }) => [namespace] },
  });
  const put = (probe: StoredProbe) =>
    probes.set({
      key: keyOfProbe(probe),
      uid: probe.uid,
      resourceVersion: probe.resourceVersion,
      object: probe,
    });
  for (const probe of initial) put(probe);
  const seen = {
    asked: [] as string[],
    offered: [] as [name: string, generation: number][],
    gone: [] as string[],
    log: [] as string[],
    /** Reasons of Ready. */
    ready: [] as (string | undefined)[],
    /** Reasons of Diagnosed, as metrics see them and as they are offered to be written. */
    told: [] as (string | undefined)[],
    diagnosed: [] as (string | undefined)[],
    isCrowded: false,
    begun: Promise.resolve(),
    owned: new Set(initial.map(keyOfProbe)),
    now: Date.now,
    answer: async (_: Inquiry): Promise<void> => {},
    code: 200,
  };
  const world: World = {
    reader: { get: async () => found(undefined), list: async () => found([]) },
    valuesFor: () => async () => undefined,
    forgetValues: () => {},
    investigate: () => ({
      locate: () => Promise.reject(new Error('a defect')),
      gather: async () => ({}),
      sha256: (text) => text,
    }),
    whyBlind: async () => undefined,
    start: (work) => ({ begun: seen.begun, done: seen.begun.then(work) }),
    isCrowded: () => seen.isCrowded,
    now: () => seen.now(),
    async probe(inquiry) {
      const { name, request } = inquiry;
      seen.asked.push(`${name} ${request.url}`);
      await seen.answer(inquiry);
      const success = seen.code === 200;
      return {
        time: new Date().toISOString(),
        method: 'GET',
        url: request.url,
        finalURL: request.url,
        code: seen.code,
        success,
        redirects: [],
        durationMilliseconds: { resolve: 0, connect: 0, tls: 0, processing: 0, transfer: 0, total: 0 },
        headers: {},
      };
    },
  };
  const controller = new ProbeController({
    probes,
    world,
    writer: {
      current: (key) => probes.find(key)?.object,
      offer({ name }, status: StatusProbeStatus) {
        seen.offered.push([name, status.observedGeneration]);
        seen.ready.push(conditionOf(status, 'Ready')?.reason);
        seen.diagnosed.push(conditionOf(status, 'Diagnosed')?.reason);
      },
      forget: () => {},
    },
    keeps: (key) => seen.owned.has(key),
    policyOf: async () => policyFor(NO_POLICY, {}),
    telemetry: {
      seen: (_, status) => void seen.told.push(conditionOf(status, 'Diagnosed')?.reason),
      gone: (key) => seen.gone.push(key),
    },
    log: pino({ level: 'info' }, { write: (line: string) => void seen.log.push(JSON.parse(line).msg) }),
    concurrency: 2,
  });
  onTestFinished(() => controller.stop());
  return { controller, probes, put, seen };
}

const VISITED = {
  observedGeneration: 1,
  conditions: [],
  verdict: { owner: 'None', layer: 'None', reason: 'Healthy', summary: '' },
};

describe('a StatusProbe is visited', () => {
  it('at once when nobody has visited it, and then at its interval', async () => {
    const { controller, seen } = controllerOn(probeOf({ interval: '1s' }));
    controller.start();
    await vi.waitFor(() => expect(seen.asked.length).toBeGreaterThanOrEqual(3), { timeout: 5000 });
  });

  it('in its turn when it was visited before, so that a restart is no stampede', async () => {
    const probes = Array.from({ length: 30 }, (_, index) =>
      probeOf({ name: `web-${index}`, status: VISITED }),
    );
    const { controller, seen } = controllerOn(...probes);
    controller.start();
    await vi.waitFor(() => expect(seen.asked.length).toBeGreaterThan(0), { timeout: 15_000 });
    expect(seen.asked.length).toBeLessThan(30);
  });

  it('at once when it comes, changes, or asks for it', async () => {
    const { controller, put, seen } = controllerOn();
    seen.owned.add('shop/web');
    controller.start();
    put(probeOf());
    await vi.waitFor(() => expect(seen.offered).toEqual([['web', 1]]));
    put(probeOf({ generation: 2, url: 'http://b.test/' }));
    await vi.waitFor(() =>
      expect(seen.offered).toEqual([
        ['web', 1],
        ['web', 2],
      ]),
    );
    put(probeOf({ generation: 2, url: 'http://b.test/', requestedAt: 'now' }));
    await vi.waitFor(() =>
      expect(seen.asked).toEqual(['web http://a.test/', 'web http://b.test/', 'web http://b.test/']),
    );
  });

  it('not when only its status or its labels change', async () => {
    const { controller, put, seen } = controllerOn(probeOf());
    controller.start();
    await vi.waitFor(() => expect(seen.offered).toHaveLength(1));
    put(probeOf({ status: VISITED }));
    put(probeOf({ name: 'other' }));
    seen.owned.add('shop/last');
    put(probeOf({ name: 'last' }));
    await vi.waitFor(() => expect(seen.offered).toHaveLength(2));
    expect(seen.asked).toEqual(['web http://a.test/', 'last http://a.test/']);
  });

  it('never twice at once', async () => {
    const { controller, put, seen } = controllerOn(probeOf());
    const answer = Promise.withResolvers<void>();
    seen.answer = () => answer.promise;
    controller.start();
    await vi.waitFor(() => expect(seen.asked).toHaveLength(1));
    put(probeOf({ requestedAt: '1' }));
    put(probeOf({ requestedAt: '2' }));
    expect(seen.asked).toHaveLength(1);
    answer.resolve();
    await vi.waitFor(() => expect(seen.offered).toHaveLength(2));
    expect(seen.asked).toHaveLength(2);
  });
});

describe('a target that does not answer', () => {
  it('delays no other, and is not asked again meanwhile', async () => {
    const { controller, seen } = controllerOn(
      probeOf({ name: 'slow', interval: '1s' }),
      probeOf({ name: 'quick', interval: '1s' }),
    );
    const answer = Promise.withResolvers<void>();
    seen.answer = ({ name }) => (name === 'slow' ? answer.promise : Promise.resolve());
    controller.start();
    const quick = () => seen.offered.filter(([name]) => name === 'quick');
    await vi.waitFor(() => expect(quick().length).toBeGreaterThanOrEqual(3), { timeout: 5000 });
    expect(seen.asked.filter((asked) => asked.startsWith('slow'))).toHaveLength(1);
    answer.resolve();
  });

  it('takes one place of those that there are', async () => {
    const { controller, seen } = controllerOn(...['a', 'b', 'c', 'd'].map((name) => probeOf({ name })));
    const answer = Promise.withResolvers<void>();
    seen.answer = () => answer.promise;
    controller.start();
    await vi.waitFor(() => expect(seen.asked).toHaveLength(2));
    expect([controller.queue.running.length, controller.queue.depth]).toEqual([2, 2]);
    answer.resolve();
    await vi.waitFor(() => expect(seen.offered).toHaveLength(4));
  });

  it('is let go at the end, and nothing is told of it', async () => {
    const { controller, seen } = controllerOn(probeOf());
    const { promise: cut, resolve } = Promise.withResolvers<void>();
    seen.answer = ({ signal }) => {
      signal.addEventListener('abort', () => resolve());
      return cut;
    };
    controller.start();
    await vi.waitFor(() => expect(seen.asked).toHaveLength(1));
    await controller.stop();
    expect([controller.queue.running.length, seen.offered]).toEqual([0, []]);
  });
});

describe('a failure whose cause is long in coming', () => {
  async function failing({ isCrowded }: { readonly isCrowded: boolean }) {
    const { controller, seen } = controllerOn(probeOf({ failureThreshold: 1 }));
    const { promise, resolve: begin } = Promise.withResolvers<void>();
    Object.assign(seen, { isCrowded, begun: promise, code: 502 });
    controller.start();
    await vi.waitFor(() => expect(seen.told).toEqual(['InProgress']), { timeout: 8_000 });
    const early = [...seen.diagnosed];
    begin();
    await vi.waitFor(() => expect(seen.told).toEqual(['InProgress', 'BudgetExceeded']), { timeout: 8_000 });
    return { early, all: seen.diagnosed };
  }

  it('is written before its cause', async () => {
    expect(await failing({ isCrowded: false })).toEqual({
      early: ['InProgress'],
      all: ['InProgress', 'BudgetExceeded'],
    });
  });

  it('is written with its cause alone where very many wait, and is in the metrics before', async () => {
    expect(await failing({ isCrowded: true })).toEqual({ early: [], all: ['BudgetExceeded'] });
  });
});

describe('a maintenance window', () => {
  const MIDNIGHT = Date.parse('2030-01-02T00:00:00Z');
  const maintenance = [{ schedule: '0 0 * * *', duration: '1m' }];
  /** A clock that stands at a moment of another day until the first visit has been told. */
  const clockFrom = (time: number, { ready }: { readonly ready: readonly unknown[] }) => {
    let begin: number | undefined;
    return () => {
      if (ready.length === 0) return time;
      begin ??= Date.now();
      return time + Date.now() - begin;
    };
  };

  it('is told as soon as it opens, however long the interval is', async () => {
    const { controller, seen } = controllerOn(probeOf({ interval: '1h', maintenance }));
    seen.now = clockFrom(MIDNIGHT - 200, seen);
    controller.start();
    await vi.waitFor(() => expect(seen.ready).toEqual(['Probing', 'Suspended']), { timeout: 5000 });
    expect(seen.asked).toHaveLength(1);
  });

  it('ends by itself', async () => {
    const { controller, seen } = controllerOn(probeOf({ interval: '1s', maintenance }));
    seen.now = clockFrom(MIDNIGHT + 60_000 - 200, seen);
    controller.start();
    await vi.waitFor(() => expect(seen.ready.slice(0, 2)).toEqual(['Suspended', 'Probing']), {
      timeout: 5000,
    });
  });
});

describe('what was seen is not told', () => {
  it.each<[string, (put: (probe: StoredProbe) => void, drop: () => void) => void, [string, number][]]>([
    ['of a probe that was deleted meanwhile', (_, drop) => drop(), []],
    ['of a spec that has changed meanwhile', (put) => put(probeOf({ generation: 2 })), [['web', 2]]],
  ])('%s', async (_, happen, offered) => {
    const { controller, probes, put, seen } = controllerOn(probeOf());
    const answer = Promise.withResolvers<void>();
    seen.answer = () => answer.promise;
    controller.start();
    await vi.waitFor(() => expect(seen.asked).toHaveLength(1));
    happen(put, () => probes.delete('shop/web'));
    answer.resolve();
    seen.owned.add('shop/last');
    put(probeOf({ name: 'last' }));
    await vi.waitFor(() => expect(seen.offered).toContainEqual(['last', 1]));
    await vi.waitFor(() => expect(seen.offered.filter(([name]) => name === 'web')).toEqual(offered));
  });
});

describe('shards', () => {
  it('nothing is probed before the start', async () => {
    const { controller, seen } = controllerOn(probeOf());
    controller.reshard();
    expect(controller.queue.depth).toBe(0);
    controller.start();
    await vi.waitFor(() => expect(seen.offered).toEqual([['web', 1]]));
  });

  it('a probe is taken over and let go', async () => {
    const { controller, seen } = controllerOn(probeOf({ name: 'mine' }), probeOf({ name: 'other' }));
    seen.owned.delete('shop/other');
    controller.start();
    await vi.waitFor(() => expect(seen.offered).toEqual([['mine', 1]]));
    seen.owned.delete('shop/mine');
    seen.owned.add('shop/other');
    controller.reshard();
    await vi.waitFor(() =>
      expect(seen.offered).toEqual([
        ['mine', 1],
        ['other', 1],
      ]),
    );
    expect(seen.gone).toEqual(['shop/mine']);
  });
});

describe('the log', () => {
  it('has one line for each transition, and none for each probe', async () => {
    const { controller, put, seen } = controllerOn(probeOf());
    controller.start();
    await vi.waitFor(() => expect(seen.offered).toHaveLength(1));
    put(probeOf({ requestedAt: '1' }));
    await vi.waitFor(() => expect(seen.offered).toHaveLength(2));
    expect(seen.log).toEqual(['Probing: Probing http://a.test/ every 1h']);
  });

  it('has the defect that a visit met, and the others go on', async () => {
    const { controller, put, seen } = controllerOn(probeOf());
    seen.code = 500;
    controller.start();
    await vi.waitFor(() =>
      expect(seen.log).toEqual([
        'ProbeFailed: Unknown: HTTP500: the search for the cause did not come to an end',
        'A visit failed; it is tried again',
      ]),
    );
    seen.code = 200;
    seen.owned.add('shop/last');
    put(probeOf({ name: 'last' }));
    await vi.waitFor(() =>
      expect(seen.offered).toEqual([
        ['web', 1],
        ['last', 1],
      ]),
    );
  });
});
