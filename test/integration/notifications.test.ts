import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { CloudEvent, HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import type { StatusProbeStatus } from '../../src/api/generated.ts';
import { whyNoApiServer } from '../support/apiserver.ts';
import { type Installation, install, LOOPBACK_POLICY, ROOT, whenReady } from '../support/installation.ts';
import { isLeftOut } from '../support/left-out.ts';
import { type OperatorProcess, startOperator } from '../support/operator-process.ts';

const isSkipped = isLeftOut('notifications and links on a real API server', whyNoApiServer());

interface Call {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server that keeps what it is sent and answers with `code`; 0: never. */
async function startServer(initial: number) {
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    calls.push({ headers: request.headers, body: await text(request) });
    if (started.code > 0) response.writeHead(started.code).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  const started = { code: initial, calls, origin: `http://127.0.0.1:${port}`, close };
  return started;
}

type Server = Awaited<ReturnType<typeof startServer>>;

const WAIT = { timeout: 120_000, interval: 100 };
const KEY = `whsec_${randomBytes(32).toString('base64')}`;

const LINKS = stringify({
  links: [
    { name: 'Logs', url: 'https://logs.test/?namespace={namespace}&from={fromSeconds}' },
    { name: 'Trace', url: 'https://traces.test/{traceID}' },
    { name: 'Of a Pod', url: 'https://logs.test/{pod}' },
  ],
});

describe.skipIf(isSkipped)('notifications and links on a real API server', { timeout: 300_000 }, () => {
  let cluster: Installation;
  let operator: OperatorProcess;
  let args: readonly string[];
  let target: Server;
  let archive: Server;
  let devops: Server;
  let hanging: Server;

  beforeAll(async () => {
    cluster = await install();
    [target, archive, devops, hanging] = (await Promise.all([200, 204, 500, 0].map(startServer))) as [
      Server,
      Server,
      Server,
      Server,
    ];
    cluster.file('archive-url', `${archive.origin}/hooks/secret-of-the-url?token=s3cret\n`);
    cluster.file('devops-url', `${devops.origin}/`);
    cluster.file('hanging-url', `${hanging.origin}/`);
    cluster.file('archive-key', KEY);
    const receivers = [
      { name: 'archive', urlFile: 'archive-url', keyFile: 'archive-key' },
      { name: 'devops', urlFile: 'devops-url', format: 'Text', owners: ['DevOps'] },
      { name: 'hanging', urlFile: 'hanging-url' },
    ];
    args = [
      ...['--kubeconfig', await cluster.operatorKubeconfig()],
      ...['--policy', cluster.file('policy.yaml', LOOPBACK_POLICY)],
      ...['--links', cluster.file('links.yaml', LINKS)],
      ...['--notifications', cluster.file('notifications.yaml', stringify({ source: 'test', receivers }))],
    ];
    operator = await startOperator(...args);
    await whenReady(operator);
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  });

  afterAll(async () => {
    operator?.process.kill('SIGKILL');
    for (const server of [target, archive, devops, hanging]) server?.close();
    await cluster?.remove();
  });

  const probe = (name: string, spec: object) =>
    cluster.apply({
      apiVersion: 'statusprobe.dev/v1alpha1',
      kind: 'StatusProbe',
      metadata: { namespace: 'shop', name },
      spec: { interval: '1s', timeout: '1s', ...spec },
    });

  async function stored(name: string) {
    const json = await cluster.kubectl('-n', 'shop', 'get', 'statusprobe', name, '-o', 'json');
    return JSON.parse(json) as { metadata: { resourceVersion: string }; status: StatusProbeStatus };
  }

  const untilHealthy = (name: string, wanted: 'True' | 'False') =>
    vi.waitFor(async () => {
      const { status } = await stored(name);
      expect(status.conditions?.find(({ type }) => type === 'Healthy')?.status).toBe(wanted);
      return status;
    }, WAIT);

  const untilMoreProbes = (more: number) => {
    const before = target.calls.length;
    return vi.waitFor(() => expect(target.calls.length).toBeGreaterThanOrEqual(before + more), WAIT);
  };

  /** What a receiver was told of a StatusProbe, as other programs read it. */
  function eventsOf({ calls }: Server, name: string) {
    const events = calls.map(({ headers, body }) => {
      const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers;
      new Webhook(KEY).verify(body, {
        'webhook-id': String(id),
        'webhook-timestamp': String(timestamp),
        'webhook-signature': String(signature),
      });
      const event = HTTP.toEvent<Record<string, unknown>>({ headers, body });
      if (Array.isArray(event)) throw new Error('It is a batch.');
      return new CloudEvent(event);
    });
    return events.filter(({ subject }) => subject === `shop/${name}`);
  }

  const eventsWhen = (name: string, count: number) =>
    vi.waitFor(() => {
      const events = eventsOf(archive, name);
      expect(events).toHaveLength(count);
      return events;
    }, WAIT);

  it('tells of a failure and its end, with links that do not move', async () => {
    await probe('cart', { target: { url: `${target.origin}/cart?token=s3cret` } });
    await untilHealthy('cart', 'True');
    const before = target.calls.length;
    target.code = 502;
    const failing = await untilHealthy('cart', 'False');
    const sent = target.calls.slice(before).map(({ headers }) => String(headers.traceparent).split('-')[1]);
    expect(sent).toContain(failing.failureTraceID);
    const from = Math.floor(Date.parse(failing.failingSince ?? '') / 1000) - 15 * 60;
    expect(failing.links).toEqual([
      { name: 'Logs', url: `https://logs.test/?namespace=shop&from=${from}` },
      { name: 'Trace', url: `https://traces.test/${failing.failureTraceID}` },
    ]);
    const [told] = await eventsWhen('cart', 1);
    const { verdict } = failing;
    expect(told).toMatchObject({
      source: 'test',
      type: 'dev.statusprobe.ProbeFailed',
      time: failing.failingSince,
      data: {
        target: `${target.origin}/cart`,
        code: 502,
        owner: verdict?.owner,
        reason: verdict?.reason,
        summary: verdict?.summary,
        links: failing.links,
      },
    });

    // The receiver that hangs has been told as well, and probing goes on all the same.
    await vi.waitFor(() => expect(hanging.calls.length).toBeGreaterThan(0), WAIT);
    // As soon as its diagnosis stands, which may be after the first word of the failure.
    await vi.waitFor(async () => {
      const { resourceVersion } = (await stored('cart')).metadata;
      await untilMoreProbes(4);
      const later = await stored('cart');
      const { failureTraceID, links } = later.status;
      expect({ resourceVersion: later.metadata.resourceVersion, failureTraceID, links }).toEqual({
        resourceVersion,
        failureTraceID: failing.failureTraceID,
        links: failing.links,
      });
    }, WAIT);

    target.code = 200;
    const recovered = await untilHealthy('cart', 'True');
    expect([recovered.links, recovered.failureTraceID]).toEqual([undefined, undefined]);
    const [, over] = await eventsWhen('cart', 2);
    expect(over).toMatchObject({
      type: 'dev.statusprobe.ProbeRecovered',
      time: recovered.lastFailure?.endTime,
      data: { owner: verdict?.owner, reason: verdict?.reason, failingSince: failing.failingSince },
    });
    await untilMoreProbes(2);
    expect(eventsOf(archive, 'cart')).toHaveLength(2);
  });

  it('calls the team that mends it, again and again until it listens', async () => {
    expect(devops.calls).toEqual([]);
    await probe('missing', { target: { serviceRef: { name: 'nowhere', port: 80 } } });
    await vi.waitFor(() => expect(devops.calls.length).toBeGreaterThan(1), WAIT);
    expect(new Set(devops.calls.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    devops.code = 200;
    const taken = 'statusprobe_notifications_total{receiver="devops",result="sent"} 1';
    await vi.waitFor(async () => expect(await operator.metrics()).toContain(taken), WAIT);
    const { status } = await stored('missing');
    expect(JSON.parse(devops.calls.at(-1)?.body ?? '')).toEqual({
      text: expect.stringContaining(`\nDevOps: ${status.verdict?.summary}\n`),
    });
    const waiting = (await operator.metrics()).find((line) => /waiting\{receiver="hanging"\}/.test(line));
    expect(Number(waiting?.split(' ')[1])).toBeGreaterThan(0);
    const told = [
      'Receiver devops does not take notifications: it answers 500',
      'Receiver devops takes notifications again',
    ];
    await vi.waitFor(
      () => expect(operator.log.map(({ msg }) => msg)).toEqual(expect.arrayContaining(told)),
      WAIT,
    );
  });

  it('sends and tells nothing secret, and stops in time with a receiver that hangs', async () => {
    const everything = [archive.calls, devops.calls, hanging.calls, operator.log, await operator.metrics()];
    expect(JSON.stringify(everything)).not.toMatch(/s3cret|secret-of-the-url|whsec_/);
    expect(await operator.stop()).toBe(0);
    expect(operator.log.filter(({ level }) => level >= 50)).toEqual([]);
  });

  it.each([
    [
      'links',
      'links: [{ name: Logs, url: "https://logs.test/{token}" }]',
      /links\.links\[0\]\.url has \{token\}/,
    ],
    ['notifications', 'receivers: [{ name: team }]', /notifications\.receivers\[0\]\.urlFile must be given/],
    ['links', 'links: [', /Flow sequence/],
  ])('a %s file that makes no sense is one sentence', async (what, content, sentence) => {
    const file = cluster.file('mistake.yaml', content);
    const started = startOperator('--kubeconfig', cluster.server.kubeconfigPath, `--${what}`, file);
    await expect(started).rejects.toThrow(
      new RegExp(
        `It ended with 2: statusprobe: The ${what} file .*mistake.yaml cannot be used: .*${sentence.source}`,
      ),
    );
  });

  it('links are printed by diagnose and get', async () => {
    target.code = 503;
    const run = (...command: readonly string[]) =>
      new Promise<string>((resolve) => {
        const main = [join(ROOT, 'src/main.ts'), '--kubeconfig', cluster.server.kubeconfigPath];
        execFile(process.execPath, [...main, ...command], (_, stdout) => resolve(stdout));
      });
    const printed = await run('diagnose', `${target.origin}/`, '--links', cluster.file('links.yaml', LINKS));
    expect(printed).toMatch(
      /\nLogs and traces\n {2}Logs: https:\/\/logs\.test\/\?namespace=default&from=\d+\n {2}Trace: https:\/\/traces\.test\/[0-9a-f]{32}\n/,
    );
    expect(await run('get', 'missing', '-n', 'shop')).toMatch(
      /\nTrace: https:\/\/traces\.test\/|\nLogs: https:/,
    );
  });
});
