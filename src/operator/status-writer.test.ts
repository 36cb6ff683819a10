import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { StatusProbeStatus } from '../api/generated.ts';
import { ApiError } from '../kubernetes/api-error.ts';
import { FencedError } from '../kubernetes/leader-election.ts';
import type { ApiObject } from '../kubernetes/resources.ts';
import { StatusWriter } from './status-writer.ts';
import { keyOfProbe, type StoredProbe, toStoredProbe } from './stored-probe.ts';

const MINUTE = 60_000;

const statusOf = (reason: string, time = 0, generation = 1): StatusProbeStatus => ({
  observedGeneration: generation,
  verdict: { owner: 'DevOps', layer: 'Service', reason, summary: reason },
  lastProbe: {
    time: new Date(time).toISOString(),
    success: false,
    url: 'http://a.test/',
    finalURL: 'http://a.test/',
    durationMilliseconds: { resolve: 0, connect: 0, tls: 0, processing: 0, transfer: 0, total: 0 },
  },
});

/** An API server that keeps StatusProbes, and a watch that is as far behind as it is told. */
class Cluster {
  readonly objects = new Map<string, ApiObject>();
  readonly watched = new Map<string, StoredProbe>();
  readonly writes: string[] = [];
  readonly written: [before: string, after: string][] = [];
  readonly errors: unknown[] = [];
  failures: string[] = [];
  watches = true;
  owned = true;
  #version = 0;

  add(name: string, status: StatusProbeStatus): StoredProbe {
    return this.change(name, {
      metadata: { namespace: 'shop', name, uid: `uid-${name}`, generation: 1 },
      status,
    });
  }

  /** Stores what somebody writes. */
  change(name: string, object: ApiObject): StoredProbe {
    this.#version += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
    this.objects.set(`shop/${name}`, stored);
    if (this.watches) this.catchUp(name);
    return toStoredProbe(stored);
  }

  catchUp(name: string): void {
    this.watched.set(`shop/${name}`, toStoredProbe(this.objects.get(`shop/${name}`) as ApiObject));
  }

  writer(probes = 1): StatusWriter {
    const writer = new StatusWriter({
      client: {
        get: async (_, { name }) => this.objects.get(`shop/${name}`) ?? this.fail('get', 'NotFound'),
        applyStatus: async (_, object, { fence }) => this.#apply(object, fence),
      },
      stored: (key) => this.watched.get(key),
      probes: () => probes,
      fence: () => () => {
        if (!this.owned) throw new FencedError('not mine');
      },
      onWritten: (probe, before) =>
        this.written.push([before.verdict?.reason ?? '', probe.status.verdict?.reason ?? '']),
      onError: (_, error) => this.errors.push(error),
    });
    onTestFinished(() => writer.queue.stop());
    return writer;
  }

  fail(verb: 'get' | 'patch', reason: string): never {
    throw new ApiError({ verb, path: '/', reason, message: reason });
  }

  #apply(object: ApiObject, fence?: () => void): ApiObject {
    fence?.();
    const { name = '', uid, resourceVersion } = object.metadata;
    const failure = this.failures.shift();
    if (failure !== undefined) this.fail('patch', failure);
    const present = this.objects.get(`shop/${name}`) ?? this.fail('patch', 'NotFound');
    if (present.metadata.uid !== uid || present.metadata.resourceVersion !== resourceVersion) {
      this.fail('patch', 'Conflict');
    }
    this.writes.push((object.status as StatusProbeStatus).verdict?.reason ?? '');
    this.change(name, { ...present, status: object.status });
    return this.objects.get(`shop/${name}`) as ApiObject;
  }
}

const reasonOf = (cluster: Cluster, name: string) =>
  toStoredProbe(cluster.objects.get(`shop/${name}`) as ApiObject).status.verdict?.reason;

describe('a status', () => {
  it('that is news is written, and told with what stood there before', async () => {
    const cluster = new Cluster();
    const probe = cluster.add('web', statusOf('A'));
    cluster.writer().offer(probe, statusOf('B'));
    await vi.waitFor(() => expect(cluster.written).toEqual([['A', 'B']]));
  });

  it('that says nothing new is not, until its heartbeat', async () => {
    const cluster = new Cluster();
    const probe = cluster.add('web', statusOf('A'));
    const writer = cluster.writer();
    const beats = Array.from({ length: 11 }, (_, index) => index * 30_000);
    for (const time of beats) writer.offer(probe, statusOf('A', time));
    await vi.waitFor(() => expect(cluster.writes).toEqual(['A']));
    const time = Date.parse(
      toStoredProbe(cluster.objects.get('shop/web') as ApiObject).status.lastProbe?.time ?? '',
    );
    expect(time).toBeGreaterThan(0);
  });

  it('beats seldomer where probes are many', async () => {
    const cluster = new Cluster();
    const probe = cluster.add('web', statusOf('A'));
    const writer = cluster.writer(5000);
    for (let time = 0; time <= 40 * MINUTE; time += MINUTE) writer.offer(probe, statusOf('A', time));
    await writer.stop(1000);
    expect(cluster.writes.length).toBeLessThanOrEqual(1);
  });

  it('beats in a second that no other one has', async () => {
    const cluster = new Cluster();
    const probes = Array.from({ length: 50 }, (_, index) => cluster.add(`web-${index}`, statusOf('A')));
    const writer = cluster.writer();
    const startedAt = performance.now();
    for (const probe of probes) writer.offer(probe, statusOf('A', 20 * MINUTE));
    const seconds = Math.floor((performance.now() - startedAt) / 1000);
    await writer.stop(1000);
    expect(cluster.writes.length).toBeGreaterThan(0);
    expect(cluster.writes.length).toBeLessThanOrEqual(1 + seconds);
  });

  it('of several the newest is written, in the order in which the probes came first', async () => {
    const cluster = new Cluster();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => cluster.add(name, statusOf('A')));
    const writer = cluster.writer();
    cluster.owned = true;
    writer.offer(a as StoredProbe, statusOf('a1'));
    writer.offer(b as StoredProbe, statusOf('b1'));
    writer.offer(c as StoredProbe, statusOf('c1'));
    writer.offer(a as StoredProbe, statusOf('a2'));
    await writer.stop(1000);
    expect(['a', 'b', 'c'].map((name) => reasonOf(cluster, name))).toEqual(['a2', 'b1', 'c1']);
    expect(cluster.writes.filter((reason) => !reason.endsWith('2'))).toEqual(
      cluster.writes.filter((reason) => !reason.endsWith('2')).toSorted(),
    );
  });

  it('that failed to be written is tried again, until it is there', async () => {
    const cluster = new Cluster();
    const probe = cluster.add('web', statusOf('A'));
    cluster.failures = ['InternalError', 'Unreachable'];
    cluster.writer().offer(probe, statusOf('B'));
    await vi.waitFor(() => expect(cluster.writes).toEqual(['B']), { timeout: 5000 });
    expect(cluster.errors).toHaveLength(2);
  });

  it('that has become old news while it could not be written is given up', async () => {
    const cluster = new Cluster();
    const probe = cluster.add('web', statusOf('A'));
    const writer = cluster.writer();
    cluster.failures = ['Unreachable'];
    writer.offer(probe, statusOf('B'));
    await vi.waitFor(() => expect(cluster.errors).toHaveLength(1));
    writer.offer(probe, statusOf('A'));
    await writer.stop(2000);
    expect(cluster.writes).toEqual([]);
  });
});

describe('while the watch is behind', () => {
  it('what was written counts as stored', async () => {
    const cluster = new Cluster();
    const probe = cluster.add('web', statusOf('A'));
    cluster.watches = false;
    const writer = cluster.writer();
    writer.offer(probe, statusOf('B'));
    await vi.waitFor(() => expect(cluster.writes).toEqual(['B']));
    writer.offer(probe, statusOf('B'));
    writer.offer(probe, statusOf('C'));
    await vi.waitFor(() => expect(cluster.writes).toEqual(['B', 'C']));
    expect(writer.current('shop/web')?.status.verdict?.reason).toBe('C');
    expect(cluster.errors).toEqual([]);
  });

  it('a change by somebody else is judged again', async () => {
    const cluster = new Cluster();
    const probe = cluster.add('web', statusOf('A'));
    cluster.watches = false;
    const object = cluster.objects.get('shop/web') as ApiObject;
    cluster.change('web', { ...object, metadata: { ...object.metadata, labels: { a: 'b' } } });
    cluster.writer().offer(probe, statusOf('B'));
    await vi.waitFor(() => expect(cluster.writes).toEqual(['B']));
    expect(cluster.objects.get('shop/web')?.metadata.labels).toEqual({ a: 'b' });
  });

  it.each<[string, (object: ApiObject) => ApiObject]>([
    ['a newer status', (object) => ({ ...object, status: statusOf('newer', 99_000) })],
    ['another spec', ({ metadata, ...object }) => ({ ...object, metadata: { ...metadata, generation: 2 } })],
    [
      'another object of that name',
      ({ metadata, ...object }) => ({ ...object, metadata: { ...metadata, uid: 'new' } }),
    ],
  ])('%s is left alone', async (_, change) => {
    const cluster = new Cluster();
    const probe = cluster.add('web', statusOf('A'));
    cluster.watches = false;
    const changed = cluster.change('web', change(cluster.objects.get('shop/web') as ApiObject));
    const writer = cluster.writer();
    writer.offer(probe, statusOf('B', 1000));
    await vi.waitFor(() => expect(writer.current('shop/web')).toEqual(changed));
    await writer.stop(1000);
    expect(cluster.writes).toEqual([]);
  });
});

describe('nothing is written', () => {
  it.each<[string, (cluster: Cluster) => void]>([
    ['for a probe that belongs to another replica', (cluster) => Object.assign(cluster, { owned: false })],
    ['for a probe that was deleted', (cluster) => void cluster.objects.delete('shop/web')],
  ])('%s', async (_, happen) => {
    const cluster = new Cluster();
    const probe = cluster.add('web', statusOf('A'));
    const writer = cluster.writer();
    happen(cluster);
    writer.offer(probe, statusOf('B'));
    await writer.stop(1000);
    expect(cluster.writes).toEqual([]);
    expect(cluster.errors).toEqual([]);
  });

  it('for a probe that is forgotten', async () => {
    const cluster = new Cluster();
    const probe = cluster.add('web', statusOf('A'));
    const writer = cluster.writer();
    cluster.failures = ['Unreachable'];
    writer.offer(probe, statusOf('B'));
    await vi.waitFor(() => expect(cluster.errors).toHaveLength(1));
    writer.forget(keyOfProbe(probe));
    await writer.stop(1000);
    expect(cluster.writes).toEqual([]);
  });
});

it('many statuses go out at less than 50 per second', async () => {
  const cluster = new Cluster();
  const writer = cluster.writer();
  const probes = Array.from({ length: 100 }, (_, index) => cluster.add(`web-${index}`, statusOf('A')));
  const startedAt = performance.now();
  for (const probe of probes) writer.offer(probe, statusOf('B'));
  await vi.waitFor(() => expect(cluster.writes).toHaveLength(100), { timeout: 10_000 });
  expect(performance.now() - startedAt).toBeGreaterThan(2_000);
});
