import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { judgeScenario, readScenario, scenarioNames } from '../../../test/support/scenarios.ts';
import type { Diagnosis } from '../../diagnosis/model/diagnosis.ts';
import { couldNotLook, found } from '../../diagnosis/model/lookup.ts';
import { createObjectsReader } from '../cluster/objects.ts';
import { readSavedCase } from '../saved-case.ts';
import { completeObservation } from '../saved-observation.ts';
import type { Sources } from '../slot-context.ts';
import { recorded } from './recording.ts';
import { redacted } from './redacted.ts';
import { writeCase } from './write.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'bundle-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What a person acts on; the lines of evidence may quote what is masked in a bundle. */
const withoutQuotes = ({ findings, ...diagnosis }: Diagnosis) => ({
  ...diagnosis,
  findings: findings.map(({ evidence, ...finding }) => finding),
});

describe('every scenario, bundled, is judged as it was', () => {
  test.each(scenarioNames())('%s', async (name) => {
    const saved = await readScenario(name);
    const { sources, recording } = recorded(saved.sources);
    const observation = redacted(saved.observation);
    const { diagnose } = saved;
    const diagnosis = await judgeScenario({ ...saved, observation, sources });
    const to = path.join(folder, name);
    await writeCase(to, {
      observation,
      probe: sources.probe,
      settings: sources.settings,
      recording,
      diagnose,
    });
    const again = await judgeScenario(await readSavedCase(to));
    expect(JSON.stringify(again, undefined, 2)).toBe(JSON.stringify(diagnosis, undefined, 2));
    expect(withoutQuotes(diagnosis)).toEqual(withoutQuotes(await judgeScenario(await readScenario(name))));
  });
});

const CANARY = 'canary-7f3a9c';
const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'shop-1',
    namespace: 'shop',
    labels: { app: 'shop' },
    annotations: { 'example.com/api-token': CANARY, note: `password=${CANARY}` },
  },
  spec: {
    containers: [
      {
        name: 'shop',
        env: [{ name: 'DATABASE', value: CANARY }],
        readinessProbe: { exec: { command: ['curl', '-H', `Authorization: Bearer ${CANARY}`] } },
      },
    ],
  },
  status: {
    phase: 'Running',
    podIP: '10.0.0.1',
    containerStatuses: [
      { name: 'shop', ready: false, restartCount: 0, state: { waiting: { message: `token=${CANARY}` } } },
    ],
  },
};
const EVENT = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'shop-1.1', namespace: 'shop' },
  involvedObject: { kind: 'Pod', namespace: 'shop', name: 'shop-1' },
  type: 'Warning',
  reason: 'Unhealthy',
  message: `Readiness probe failed: https://user:${CANARY}@shop/?key=${CANARY}`,
};

const sourcesWith = (more: Partial<Sources>): Sources => ({
  probe: {
    target: { kind: 'URL', url: `http://shop.test/?token=${CANARY}` },
    namespace: 'shop',
    name: 'shop',
  },
  settings: { hops: 'SafeMethods', podLogs: { enabled: true, tailLines: 5 }, deadlineMilliseconds: 1000 },
  reader: createObjectsReader([POD, EVENT, { ...EVENT, metadata: { ...EVENT.metadata, name: 'shop-1.2' } }]),
  ...more,
});

const ANSWER = completeObservation(
  {
    code: 500,
    headers: { 'x-api-key': CANARY, 'www-authenticate': 'Bearer realm="shop"', server: 'nginx' },
    bodyStart: `{"password": "${CANARY}"}`,
  },
  'http://shop.test/',
);
const LOG = { namespace: 'shop', podName: 'shop-1', container: 'shop', previous: false, tailLines: 5 };

async function bundle(name: string, sources: Sources, look: (sources: Sources) => Promise<unknown>) {
  const to = path.join(folder, name);
  const { sources: asked, recording } = recorded(sources);
  await look(asked);
  const { probe, settings } = asked;
  const judged = { time: '2026-01-02T03:04:05Z', ready: 'Probing' };
  await writeCase(to, { observation: redacted(ANSWER), probe, settings, recording, judged });
  const files = await readdir(to);
  const texts = await Promise.all(files.map((file) => readFile(path.join(to, file), 'utf8')));
  return { to, text: texts.join('\n'), saved: await readSavedCase(to) };
}

test('no secret is in a bundle, whoever wrote it, and nobody else may read it', async () => {
  const sources = sourcesWith({
    dial: async () => 'Open',
    ask: async () => ANSWER,
    readLog: async () => found(`started\nDB_PASSWORD=${CANARY}`),
  });
  const { to, text } = await bundle('canary', sources, async ({ reader, dial, ask, readLog }) => {
    await reader.list('Pod', { namespace: 'shop' });
    await reader.list('Event', { namespace: 'shop' });
    await dial?.('10.0.0.1', 80);
    await ask?.({ address: '10.0.0.1', port: 80, scheme: 'http', path: '/', withCredentials: false });
    await readLog?.(LOG);
  });
  expect(text).toContain('started');
  expect(text).not.toContain(CANARY);
  expect((await stat(to)).mode & 0o777).toBe(0o700);
  expect((await stat(path.join(to, 'cluster.yaml'))).mode & 0o777).toBe(0o600);
});

test('everything answers again as it did, failed looks among them', async () => {
  const open = createObjectsReader([POD, EVENT, EVENT]);
  const forbidden = couldNotLook('Forbidden', 'Forbidden: may not list pods in all namespaces');
  const never = Promise.withResolvers<never>().promise;
  const sources = sourcesWith({
    reader: {
      get: open.get,
      list: async (kind, scope) => {
        if (kind === 'Node') return never;
        return kind === 'Pod' && scope?.namespace === undefined ? forbidden : open.list(kind, scope);
      },
    },
    dial: async () => 'Refused',
    readLog: async () => couldNotLook('Forbidden', 'Forbidden: may not get pods/log'),
  });
  const { saved } = await bundle('again', sources, async ({ reader, dial, readLog }) => {
    void reader.list('Node');
    await Promise.all([reader.list('Pod'), reader.list('Pod', { namespace: 'shop' }), readLog?.(LOG)]);
    await reader.list('Event', { namespace: 'shop' });
    await reader.list('Event');
    await dial?.('10.0.0.1', 80);
  });
  const { reader, dial, readLog, settings } = saved.sources;
  expect(await reader.list('Pod')).toEqual(forbidden);
  expect(await reader.list('Pod', { namespace: 'shop' })).toMatchObject({
    value: [{ metadata: { name: 'shop-1' } }],
  });
  expect(await reader.list('Event')).toMatchObject({ value: [{ type: 'Warning' }, { reason: 'Unhealthy' }] });
  expect(await reader.list('Node')).toMatchObject({ ok: false, reason: 'Timeout' });
  expect(await readLog?.(LOG)).toMatchObject({ ok: false, reason: 'Forbidden' });
  expect(await dial?.('10.0.0.1', 80)).toBe('Refused');
  expect(settings).toMatchObject({ hops: 'SafeMethods', podLogs: { enabled: true, tailLines: 5 } });
  expect(saved.judged).toEqual({ time: '2026-01-02T03:04:05Z', ready: 'Probing' });
});

test('a folder in use is left alone', async () => {
  await writeFile(path.join(folder, 'file'), 'mine');
  const sources = sourcesWith({});
  await expect(writeCase(folder, { observation: ANSWER, probe: sources.probe })).rejects.toThrow(
    /is not empty: give a folder that is, or that does not exist yet\.$/,
  );
  await expect(
    writeCase(path.join(folder, 'file'), { observation: ANSWER, probe: sources.probe }),
  ).rejects.toThrow(/file cannot be made: EEXIST\.$/);
});
