import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Requeue, Workqueue, type WorkqueueObservation, type WorkqueueOptions } from './workqueue.ts';

/** A queue whose work ends when the test says so. */
function scriptedQueue(options: Partial<WorkqueueOptions> = {}) {
  const running = new Map<string, PromiseWithResolvers<Requeue | undefined>>();
  const started: string[] = [];
  const overlaps: string[] = [];
  const queue = new Workqueue({
    workers: 2,
    handle(key) {
      if (running.has(key)) overlaps.push(key);
      const work = Promise.withResolvers<Requeue | undefined>();
      running.set(key, work);
      started.push(key);
      return work.promise;
    },
    ...options,
  });
  const end = async (key: string, result?: Requeue | Error) => {
    const work = running.get(key);
    running.delete(key);
    if (result instanceof Error) work?.reject(result);
    else work?.resolve(result);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { queue, started, overlaps, running, end };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a key', () => {
  test('that is added again while it waits is worked on once', async () => {
    const { queue, started, end } = scriptedQueue({ workers: 1 });
    for (const key of ['a', 'b', 'b', 'c', 'b']) queue.add(key);
    expect([started, queue.depth]).toEqual([['a'], 2]);
    await end('a');
    await end('b');
    await end('c');
    expect(started).toEqual(['a', 'b', 'c']);
  });

  test('that is added while it runs runs once more afterwards, not beside', async () => {
    const { queue, started, end } = scriptedQueue();
    queue.add('a');
    queue.add('a');
    queue.add('a');
    expect(started).toEqual(['a']);
    await end('a');
    expect(started).toEqual(['a', 'a']);
    await end('a');
    expect(started).toEqual(['a', 'a']);
  });

  test('comes after its delay; the earliest of several counts', async () => {
    const { queue, started } = scriptedQueue();
    queue.addAfter('a', 1_000);
    queue.addAfter('a', 100);
    queue.addAfter('a', 500);
    await vi.advanceTimersByTimeAsync(99);
    expect(started).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(started).toEqual(['a']);
  });

  test('that asks to come again does so after its time', async () => {
    const { queue, started, end } = scriptedQueue();
    queue.add('a');
    await end('a', { requeueAfterMilliseconds: 30_000 });
    await vi.advanceTimersByTimeAsync(29_999);
    expect(started).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(1);
    expect(started).toEqual(['a', 'a']);
  });

  test('whose work fails comes after 5, 10, 20 ms…, from the start again after a success', async () => {
    const { queue, started, end } = scriptedQueue();
    queue.add('a');
    const waits: number[] = [];
    const failAndMeasure = async () => {
      const runs = started.length;
      await end('a', new Error('failed'));
      const from = performance.now();
      while (started.length === runs) await vi.advanceTimersByTimeAsync(1);
      waits.push(performance.now() - from);
    };
    for (let failures = 0; failures < 4; failures += 1) await failAndMeasure();
    await end('a');
    queue.add('a');
    await failAndMeasure();
    expect(waits).toEqual([5, 10, 20, 40, 5]);
  });

  test('that throws before its promise is retried too', async () => {
    let calls = 0;
    const queue = new Workqueue({
      workers: 1,
      handle: () => {
        calls += 1;
        throw new Error('sync');
      },
    });
    queue.add('a');
    await vi.advanceTimersByTimeAsync(6);
    expect(calls).toBe(2);
    await queue.stop();
  });

  test('that is forgotten does not come again', async () => {
    const { queue, started, end } = scriptedQueue();
    queue.add('a');
    await end('a', new Error('failed'));
    queue.forget('a');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(started).toEqual(['a']);
  });
});

test('many failures together are spread by the global limit', async () => {
  const { queue, started, end } = scriptedQueue({ workers: 50, retriesPerSecond: 10, retryBurst: 5 });
  const keys = Array.from({ length: 25 }, (_, index) => `key-${index}`);
  for (const key of keys) queue.add(key);
  for (const key of keys) await end(key, new Error('outage'));
  await vi.advanceTimersByTimeAsync(999);
  expect(started.length - keys.length).toBe(14);
  await vi.advanceTimersByTimeAsync(1_001);
  expect(started.length - keys.length).toBe(25);
});

test('drain finishes what waits and runs, and takes nothing more in', async () => {
  const { queue, started, end } = scriptedQueue({ workers: 1 });
  queue.add('a');
  queue.add('b');
  queue.addAfter('late', 10);
  let drained = false;
  const draining = queue.drain().then(() => {
    drained = true;
  });
  queue.add('c');
  await end('a');
  expect(drained).toBe(false);
  await end('b', new Error('failed'));
  await draining;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(started).toEqual(['a', 'b']);
});

test('stop drops what waits and aborts what runs', async () => {
  const { queue, started, end } = scriptedQueue({ workers: 1 });
  queue.add('a');
  queue.add('b');
  const stopping = queue.stop();
  await end('a');
  await stopping;
  expect(started).toEqual(['a']);

  let aborted = false;
  const other = new Workqueue({
    workers: 1,
    handle: (_, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          aborted = true;
          resolve(undefined);
        });
      }),
  });
  other.add('a');
  await other.stop();
  expect(aborted).toBe(true);
});

test('observations tell what metrics need, and one that throws stops nothing', async () => {
  const seen: WorkqueueObservation[] = [];
  const { queue, end } = scriptedQueue({
    workers: 1,
    observe: (observation) => {
      seen.push(observation);
      throw new Error('metrics');
    },
  });
  const failure = new Error('failed');
  queue.add('a');
  queue.add('b');
  await vi.advanceTimersByTimeAsync(50);
  expect([queue.depth, queue.running]).toEqual([1, [50]]);
  await end('a', failure);
  await end('b');
  expect(seen).toEqual([
    { type: 'added' },
    { type: 'started', queuedMilliseconds: 0 },
    { type: 'added' },
    { type: 'finished', milliseconds: 50, error: failure },
    { type: 'retried' },
    { type: 'started', queuedMilliseconds: 50 },
    { type: 'finished', milliseconds: 0 },
  ]);
});

const keys = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const steps = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: keys.map((key) => ({ do: 'add' as const, key })) },
    {
      weight: 1,
      arbitrary: fc.tuple(keys, fc.boolean()).map(([key, fails]) => ({ do: 'end' as const, key, fails })),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(keys, fc.nat(50)).map(([key, after]) => ({ do: 'delay' as const, key, after })),
    },
    { weight: 1, arbitrary: fc.nat(60).map((after) => ({ do: 'wait' as const, after })) },
  ),
);

test('never one key twice at once, never more than the workers, and every add is followed by a start', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 3 }), async (script, workers) => {
      const { queue, started, overlaps, running, end } = scriptedQueue({ workers });
      const owed = new Set<string>();
      const settle = () => {
        for (const key of started.splice(0)) owed.delete(key);
        expect(running.size).toBeLessThanOrEqual(workers);
        expect(overlaps).toEqual([]);
      };
      for (const step of script) {
        if (step.do === 'add') {
          owed.add(step.key);
          queue.add(step.key);
        } else if (step.do === 'end') await end(step.key, step.fails ? new Error('failed') : undefined);
        else if (step.do === 'delay') queue.addAfter(step.key, step.after);
        else await vi.advanceTimersByTimeAsync(step.after);
        settle();
      }
      while (running.size > 0) {
        for (const key of [...running.keys()]) await end(key);
        settle();
      }
      expect([...owed]).toEqual([]);
      await queue.stop();
    }),
  );
});
