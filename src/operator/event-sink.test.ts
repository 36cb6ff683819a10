import { expect, it, onTestFinished, vi } from 'vitest';
import { ApiError } from '../kubernetes/api-error.ts';
import type { ApiObject } from '../kubernetes/resources.ts';
import { EventSink } from './event-sink.ts';
import { type StoredProbe, toStoredProbe } from './stored-probe.ts';
import type { Transition } from './transition.ts';

const probeOf = (name: string, namespace = 'shop'): StoredProbe =>
  toStoredProbe({ metadata: { namespace, name, uid: `uid-${name}` }, spec: {} });

const failed = (message: string, cause = message): Transition => ({
  type: 'Warning',
  reason: 'ProbeFailed',
  message,
  cause,
});

const refusal = (reason: string, status: number, message: string) =>
  new ApiError({ verb: 'create', path: '/events', reason, status, message });

/** What the API server says to an Event with this note. */
const REFUSALS: Readonly<Record<string, ApiError>> = {
  unlucky: refusal('Invalid', 422, 'refused'),
  overloaded: refusal('InternalError', 500, 'overloaded'),
  late: refusal(
    'Forbidden',
    403,
    'unable to create new content in namespace shop because it is being terminated',
  ),
  'too late': refusal('NotFound', 404, 'namespaces "shop" not found'),
};

/** A sink, and what the API server was asked to create; creating takes until it is let go. */
function sinkOf({ held = false, isBusy = (): boolean => false } = {}) {
  const created: ApiObject[] = [];
  const errors: unknown[] = [];
  let letGo = () => {};
  const gate = held
    ? new Promise<void>((resolve) => {
        letGo = resolve;
      })
    : Promise.resolve();
  const refusals = new Map(Object.entries(REFUSALS));
  const sink = new EventSink({
    instance: 'pod-1',
    baseMilliseconds: 1,
    isBusy,
    onError: (error) => errors.push(error),
    client: {
      async create(_, object) {
        await gate;
        const note = object.note as string;
        const refused = refusals.get(note);
        if (refused !== undefined) throw refused;
        created.push(object);
        return object;
      },
    },
  });
  onTestFinished(() => {
    letGo();
    return sink.stop();
  });
  return { sink, created, errors, letGo, refusals };
}

const notes = (created: readonly ApiObject[]) => created.map(({ note }) => note);

it('an Event tells of one transition of one probe', async () => {
  const { sink, created } = sinkOf();
  sink.add(probeOf('web'), failed('DevOps: the port is wrong'));
  await vi.waitFor(() => expect(created).toHaveLength(1));
  expect(created[0]).toMatchObject({
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { namespace: 'shop' },
    type: 'Warning',
    reason: 'ProbeFailed',
    action: 'Probe',
    note: 'DevOps: the port is wrong',
    regarding: {
      apiVersion: 'statusprobe.dev/v1alpha1',
      kind: 'StatusProbe',
      namespace: 'shop',
      name: 'web',
      uid: 'uid-web',
    },
    reportingController: 'statusprobe.dev/operator',
    reportingInstance: 'pod-1',
  });
});

it('while Events wait, those of one namespace that say the same are one', async () => {
  const { sink, created, letGo } = sinkOf({ held: true });
  sink.add(probeOf('first'), failed('X'));
  await Promise.resolve();
  for (const name of ['a', 'b', 'c']) sink.add(probeOf(name), failed('Y'));
  sink.add(probeOf('d', 'other'), failed('Y'));
  letGo();
  await vi.waitFor(() => expect(created).toHaveLength(3));
  expect(notes(created)).toEqual(['X', 'Y (and 2 more StatusProbes of this namespace)', 'Y']);
});

it('those of one namespace and cause are one, whatever else they say', async () => {
  const { sink, created, letGo } = sinkOf({ held: true });
  sink.add(probeOf('first'), failed('X'));
  for (const name of ['a', 'b']) sink.add(probeOf(name), failed(`502 of ${name}`, 'Deployment/web'));
  letGo();
  await sink.stop(10_000);
  expect(notes(created)).toEqual(['X', '502 of a (and 1 more StatusProbes of this namespace)']);
});

it('what happens to one probe again is told again, in its order', async () => {
  const { sink, created } = sinkOf();
  sink.add(probeOf('web'), failed('DevOps: the port is wrong'));
  sink.add(probeOf('web'), { type: 'Normal', reason: 'ProbeRecovered', message: 'recovered', cause: '' });
  sink.add(probeOf('web'), failed('DevOps: the port is wrong'));
  await vi.waitFor(() =>
    expect(notes(created)).toEqual(['DevOps: the port is wrong', 'recovered', 'DevOps: the port is wrong']),
  );
});

it('statuses go first', async () => {
  let looks = 0;
  const { sink, created } = sinkOf({
    isBusy() {
      looks += 1;
      return looks < 3;
    },
  });
  for (const name of ['a', 'b', 'c']) sink.add(probeOf(name), failed('X'));
  expect(looks).toBe(1);
  await vi.waitFor(() => expect(notes(created)).toEqual(['X (and 2 more StatusProbes of this namespace)']));
  expect(looks).toBe(3);
});

it('one that cannot be created does not stop the others', async () => {
  const { sink, created, errors } = sinkOf();
  sink.add(probeOf('a'), failed('unlucky'));
  sink.add(probeOf('b'), failed('Y'));
  await vi.waitFor(() => expect(notes(created)).toEqual(['Y']));
  expect(errors).toHaveLength(1);
  sink.add(probeOf('c'), failed('Z'));
  await vi.waitFor(() => expect(notes(created)).toEqual(['Y', 'Z']));
});

it('one that cannot be created for now is tried again, behind the others, as the same Event', async () => {
  const { sink, created, errors, refusals } = sinkOf();
  sink.add(probeOf('a'), failed('overloaded'));
  sink.add(probeOf('b'), failed('Y'));
  await vi.waitFor(() => expect(notes(created)).toEqual(['Y']));
  refusals.set('overloaded', refusal('AlreadyExists', 409, 'it arrived'));
  sink.add(probeOf('c'), failed('Z'));
  await vi.waitFor(() => expect(notes(created)).toEqual(['Y', 'Z']));
  await sink.stop(10_000);
  expect([notes(created), errors]).toEqual([['Y', 'Z'], []]);
});

it('what still waits at the end is created in time', async () => {
  const { sink, created } = sinkOf();
  const messages = Array.from({ length: 200 }, (_, index) => `${index}`);
  for (const message of messages) sink.add(probeOf('web'), failed(message));
  await sink.stop(10_000);
  expect(notes(created)).toEqual(messages);
});

it('that a namespace which is being deleted takes none is no error', async () => {
  const { sink, created, errors } = sinkOf();
  for (const message of ['late', 'too late', 'in time']) sink.add(probeOf('web'), failed(message));
  await vi.waitFor(() => expect(notes(created)).toEqual(['in time']));
  expect(errors).toEqual([]);
});

it('at most 10 per second are created, and none after the end', async () => {
  const { sink, created } = sinkOf();
  for (let index = 0; index < 30; index += 1) sink.add(probeOf(`web-${index}`), failed(`${index}`));
  const startedAt = performance.now();
  await vi.waitFor(() => expect(created.length).toBeGreaterThanOrEqual(11), { timeout: 5000 });
  expect(performance.now() - startedAt).toBeGreaterThan(1000);
  await sink.stop();
  const count = created.length;
  expect(count).toBeLessThan(30);
  sink.add(probeOf('late'), failed('late'));
  await sink.stop();
  expect(created).toHaveLength(count);
});
