import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import type { StatusProbeStatus } from '../../src/api/generated.ts';
import { type ApiServer, startApiServer, whyNoApiServer } from '../support/apiserver.ts';
import { isLeftOut } from '../support/left-out.ts';
import { type OperatorProcess, startOperator } from '../support/operator-process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CRD = join(ROOT, 'crds/statusprobes.yaml');
const NAMESPACE = 'statusprobe-system';

const MINUTE = 60_000;
const SUITE = 'the operator on a real API server, with the rights of deploy/base';
const isSkipped = isLeftOut(SUITE, whyNoApiServer());

const POLICY = {
  rules: [
    { allowCIDRs: ['127.0.0.0/8'] },
    { namespaceSelector: { matchLabels: { quota: 'one' } }, maximumProbes: 1 },
    { namespaceSelector: { matchLabels: { pace: 'slow' } }, minimumInterval: '1m' },
  ],
};

/** A web server that answers as it is told to. */
interface Target {
  readonly port: number;
  readonly origin: string;
  code: number;
  requests: { readonly url: string; readonly headers: Readonly<Record<string, unknown>> }[];
  close(): void;
}

async function startTarget(): Promise<Target> {
  const server = createServer((request, response) => {
    target.requests.push({ url: request.url ?? '', headers: request.headers });
    response.writeHead(target.code, { server: 'nginx' }).end('answer');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const target: Target = {
    port,
    origin: `http://127.0.0.1:${port}`,
    code: 200,
    requests: [],
    close: () => server.close(),
  };
  return target;
}

describe.skipIf(isSkipped)(SUITE, { timeout: MINUTE }, () => {
  let server: ApiServer;
  let directory: string;
  let operator: OperatorProcess;
  let args: string[];

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'statusprobe-operator-'));
    server = await startApiServer();
    await kubectl('apply', '-f', CRD);
    await kubectl('apply', '-k', join(ROOT, 'deploy/base'));
    const policy = join(directory, 'policy.yaml');
    writeFileSync(policy, stringify(POLICY));
    args = ['--kubeconfig', await operatorKubeconfig(), '--policy', policy];
    operator = await startOperator(...args, '--instance', 'first');
    await ready(operator);
  });

  afterAll(async () => {
    await operator?.stop();
    await server?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function kubectl(...command: string[]): Promise<string> {
    const { succeeded, stdout, stderr } = await server.kubectl(...command);
    if (!succeeded) throw new Error(`kubectl ${command.join(' ')}: ${stderr}`);
    return stdout;
  }

  /** Of the ServiceAccount that the Deployment uses, so that what RBAC forgets shows here. */
  async function operatorKubeconfig(): Promise<string> {
    const token = (await kubectl('-n', NAMESPACE, 'create', 'token', 'statusprobe')).trim();
    const config = parse(readFileSync(server.kubeconfigPath, 'utf8')) as { users: { user: unknown }[] };
    for (const entry of config.users) entry.user = { token };
    const file = join(directory, 'operator.kubeconfig');
    writeFileSync(file, stringify(config));
    return file;
  }

  const ready = (process: OperatorProcess) =>
    vi.waitFor(async () => expect((await process.health('readyz')).code).toBe(200), { timeout: 30_000 });

  async function apply(...objects: readonly object[]): Promise<void> {
    const file = join(directory, `${crypto.randomUUID()}.yaml`);
    writeFileSync(file, objects.map((object) => stringify(object)).join('---\n'));
    await kubectl('apply', '-f', file);
  }

  async function namespaceFor(name: string, labels: Readonly<Record<string, string>> = {}): Promise<string> {
    await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
    return name;
  }

  const probeOf = (namespace: string, name: string, spec: object) => ({
    apiVersion: 'statusprobe.dev/v1alpha1',
    kind: 'StatusProbe',
    metadata: { namespace, name },
    spec: { interval: '1s', timeout: '1s', ...spec },
  });

  interface Stored {
    readonly metadata: { readonly resourceVersion: string };
    readonly status: StatusProbeStatus;
  }

  const stored = async (namespace: string, name: string): Promise<Stored> =>
    JSON.parse(await kubectl('-n', namespace, 'get', 'statusprobe', name, '-o', 'json'));

  const conditions = ({ conditions = [] }: StatusProbeStatus) =>
    Object.fromEntries(conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`]));

  /** Waits until a condition is as it is wanted; the whole status then. */
  const status = (namespace: string, name: string, wanted: Readonly<Record<string, string>>) =>
    vi.waitFor(
      async () => {
        const seen = (await stored(namespace, name)).status;
        expect(conditions(seen)).toMatchObject(wanted);
        return seen;
      },
      { timeout: 15_000, interval: 200 },
    );

  interface ClusterEvent {
    readonly reason: string;
    readonly note: string;
    readonly type: string;
    readonly regarding: { readonly name: string; readonly uid: string };
  }

  async function events(namespace: string): Promise<readonly ClusterEvent[]> {
    const list = await kubectl('-n', namespace, 'get', 'events.events.k8s.io', '-o', 'json');
    return (JSON.parse(list) as { items: readonly ClusterEvent[] }).items;
  }

  const requests = (target: Target, more: number) => {
    const before = target.requests.length;
    return vi.waitFor(() => expect(target.requests.length).toBeGreaterThanOrEqual(before + more), {
      timeout: 30_000,
      interval: 100,
    });
  };

  it('tells of a failure, its verdict, and the recovery, each once', async () => {
    const target = await startTarget();
    const namespace = await namespaceFor('transitions');
    await apply(probeOf(namespace, 'web', { target: { url: `${target.origin}/cart?token=s3cret` } }));

    const healthy = await status(namespace, 'web', {
      Ready: 'True Probing',
      Healthy: 'True Healthy',
      Diagnosed: 'True NotNeeded',
    });
    expect(healthy).toMatchObject({
      observedGeneration: 1,
      target: `${target.origin}/cart?token=…`,
      verdict: { owner: 'None', layer: 'None', reason: 'Healthy' },
      lastProbe: { code: 200, success: true },
    });

    target.code = 502;
    const failing = await status(namespace, 'web', { Healthy: 'False HTTP502' });
    expect(failing.verdict).toMatchObject({ owner: expect.any(String), reason: expect.any(String) });
    expect(failing).toMatchObject({ matrix: { row: '502' }, lastProbe: { code: 502, success: false } });
    expect(failing.failingSince).toBe(failing.lastProbe?.time);
    await requests(target, 3);

    target.code = 200;
    const recovered = await status(namespace, 'web', { Healthy: 'True Healthy' });
    expect(recovered.lastFailure).toMatchObject({ startTime: failing.failingSince, code: 502 });
    expect(recovered.history?.map(({ healthy, code }) => [healthy, code])).toEqual([
      ['True', 200],
      ['False', 502],
      ['True', 200],
    ]);
    await requests(target, 2);
    expect((await events(namespace)).map(({ reason, type }) => [reason, type]).sort()).toEqual([
      ['ProbeFailed', 'Warning'],
      ['ProbeRecovered', 'Normal'],
    ]);
    const told = [(await stored(namespace, 'web')).status, await events(namespace), operator.log];
    expect(JSON.stringify(told)).not.toMatch(/s3cret/);
    target.close();
  });

  it('writes nothing while nothing changes', async () => {
    const target = await startTarget();
    const namespace = await namespaceFor('quiet');
    target.code = 500;
    await apply(probeOf(namespace, 'web', { target: { url: target.origin } }));
    await status(namespace, 'web', { Healthy: 'False HTTP500' });
    await requests(target, 1);
    const before = (await stored(namespace, 'web')).metadata.resourceVersion;
    await requests(target, 6);
    expect((await stored(namespace, 'web')).metadata.resourceVersion).toBe(before);
    expect((await events(namespace)).map(({ reason }) => reason)).toEqual(['ProbeFailed']);
    target.close();
  });

  it('puts mistakes into the Ready condition and goes on with all others', async () => {
    const target = await startTarget();
    const namespace = await namespaceFor('mistakes');
    const lax = parse(readFileSync(CRD, 'utf8'));
    for (const version of lax.spec.versions) {
      version.selectableFields = [];
      version.schema.openAPIV3Schema.properties.spec = { 'x-kubernetes-preserve-unknown-fields': true };
    }
    await apply(lax);
    const spec = (overrides: object) => ({ target: { url: target.origin }, ...overrides });
    await vi.waitFor(() =>
      apply(
        probeOf(namespace, 'no-url', spec({ target: { url: 'not a url' } })),
        probeOf(namespace, 'no-target', spec({ target: {} })),
        probeOf(namespace, 'bad-interval', spec({ interval: 'often' })),
        probeOf(namespace, 'future-field', spec({ future: { field: 1 } })),
        probeOf(namespace, 'bad-pattern', spec({ expect: { body: { matches: ['('] } } })),
        { ...probeOf(namespace, 'no-spec', {}), spec: 'nothing' },
        probeOf(namespace, 'right', spec({})),
      ),
    );
    await kubectl('apply', '-f', CRD);

    const refused = async (name: string) => {
      const seen = await status(namespace, name, {
        Ready: 'False InvalidSpec',
        Stalled: 'True InvalidSpec',
      });
      expect(seen.verdict).toMatchObject({ owner: 'None', reason: 'InvalidSpec' });
      return seen.conditions?.find(({ type }) => type === 'Ready')?.message;
    };
    expect(await refused('no-url')).toMatch(/^spec\.target\.url must be an absolute http or https URL/);
    expect(await refused('no-target')).toMatch(/^spec\.target must have exactly one of/);
    expect(await refused('bad-interval')).toMatch(/^spec\.interval must be a duration/);
    expect(await refused('bad-pattern')).toMatch(/regular expression/);
    expect(await refused('no-spec')).toMatch(/^spec must be an object/);
    await status(namespace, 'right', { Healthy: 'True Healthy' });
    await status(namespace, 'future-field', { Healthy: 'True Healthy' });

    await kubectl(
      '-n',
      namespace,
      'patch',
      'statusprobe',
      'no-url',
      '--type=merge',
      '-p',
      JSON.stringify({ spec: { target: { url: target.origin } } }),
    );
    const mended = await status(namespace, 'no-url', { Ready: 'True Probing', Healthy: 'True Healthy' });
    expect(mended.observedGeneration).toBe(2);
    expect(conditions(mended)).not.toHaveProperty('Stalled');
    target.close();
  });

  it('refuses what the guard refuses, with the rule and the remedy', async () => {
    const namespace = await namespaceFor('refused');
    await apply(
      probeOf(namespace, 'metadata', { target: { url: 'http://169.254.169.254/latest/meta-data' } }),
      probeOf(namespace, 'private', { target: { url: 'http://10.1.2.3/' } }),
    );
    const metadata = await status(namespace, 'metadata', {
      Ready: 'False TargetRefused',
      Healthy: 'Unknown NotProbed',
    });
    expect(metadata.verdict).toMatchObject({ owner: 'None', reason: 'TargetRefused' });
    expect(metadata.verdict?.summary).toMatch(/CloudMetadata/);
    const other = await status(namespace, 'private', { Ready: 'False TargetRefused' });
    expect(other.verdict?.summary).toMatch(/PrivateAddress.*allowCIDRs.*--policy/);
    await vi.waitFor(async () =>
      expect((await events(namespace)).map(({ reason }) => reason)).toEqual([
        'TargetRefused',
        'TargetRefused',
      ]),
    );
  });

  it('reads Secrets where it may, and says what is missing where it may not', async () => {
    const target = await startTarget();
    const namespace = await namespaceFor('secrets');
    const headers = [{ name: 'X-Api-Key', valueFrom: { secretKeyRef: { name: 'token', key: 'value' } } }];
    await apply(probeOf(namespace, 'web', { target: { url: target.origin }, request: { headers } }));
    const forbidden = await status(namespace, 'web', {
      Ready: 'False SecretForbidden',
      Stalled: 'True SecretForbidden',
    });
    expect(forbidden.verdict?.summary).toMatch(/may not read Secret token: apply deploy\/addons\/secrets/);

    await kubectl('apply', '-f', join(ROOT, 'deploy/addons/secrets/cluster-role.yaml'));
    const absent = await status(namespace, 'web', { Ready: 'False SecretNotFound' });
    expect(absent.verdict?.summary).toBe('Secret token does not exist.');
    expect(target.requests).toEqual([]);

    const secret = (data: object) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace, name: 'token' },
      stringData: data,
    });
    await apply(secret({ other: 'x' }));
    await vi.waitFor(
      async () =>
        expect((await stored(namespace, 'web')).status.verdict?.summary).toBe(
          'Secret token has no key value.',
        ),
      { timeout: 10_000 },
    );

    await apply(secret({ value: 'canary-4711\n' }));
    await status(namespace, 'web', { Ready: 'True Probing', Healthy: 'True Healthy' });
    expect(target.requests.at(-1)?.headers['x-api-key']).toBe('canary-4711');

    target.code = 401;
    await status(namespace, 'web', { Healthy: 'False HTTP401' });
    await apply(secret({ value: 'canary-0815' }));
    await vi.waitFor(() => expect(target.requests.at(-1)?.headers['x-api-key']).toBe('canary-0815'), {
      timeout: 5000,
    });
    const everything = [
      await stored(namespace, 'web'),
      await events(namespace),
      operator.log,
      await operator.metrics(),
    ];
    expect(JSON.stringify(everything)).not.toMatch(/canary/);
    target.close();
  });

  it('follows an Ingress from missing to unserved to served', async () => {
    const target = await startTarget();
    const namespace = await namespaceFor('ingress');
    const ingress = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { namespace, name: 'web' },
      spec: {
        ingressClassName: 'traefik',
        rules: [
          {
            host: 'shop.test',
            http: {
              paths: [
                {
                  path: '/cart',
                  pathType: 'Prefix',
                  backend: { service: { name: 'web', port: { number: 80 } } },
                },
              ],
            },
          },
        ],
      },
    };
    await apply(probeOf(namespace, 'web', { target: { ingressRef: { name: 'web', port: target.port } } }));
    const absent = await status(namespace, 'web', {
      Ready: 'True Probing',
      Healthy: 'False TargetNotFound',
    });
    expect(absent.verdict).toMatchObject({
      owner: 'DevOps',
      reason: 'IngressNotFound',
      culprit: { ref: 'Ingress/web' },
    });
    expect(absent.target).toBe('Ingress/web');

    await apply(ingress);
    const unserved = await status(namespace, 'web', { Healthy: 'False NoAddress' });
    expect(unserved.verdict?.owner).toBe('DevOps');

    const patch = { status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } } };
    await kubectl(
      '-n',
      namespace,
      'patch',
      'ingress',
      'web',
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify(patch),
    );
    const served = await status(namespace, 'web', { Healthy: 'True Healthy' });
    expect(served.target).toBe(`http://shop.test:${target.port}/cart`);
    expect(served.lastProbe?.remoteAddress).toBe(`127.0.0.1:${target.port}`);
    expect(target.requests.at(-1)).toMatchObject({
      url: '/cart',
      headers: { host: `shop.test:${target.port}` },
    });

    await kubectl('-n', namespace, 'delete', 'ingress', 'web');
    await status(namespace, 'web', { Healthy: 'False TargetNotFound' });
    target.close();
  });

  it('finds a Service and its port, or says which is missing', async () => {
    const namespace = await namespaceFor('service');
    await apply(probeOf(namespace, 'web', { target: { serviceRef: { name: 'web', port: 'http' } } }));
    const absent = await status(namespace, 'web', { Healthy: 'False TargetNotFound' });
    expect(absent.verdict).toMatchObject({ owner: 'DevOps', reason: 'ServiceNotFound' });
    await apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace, name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ name: 'web', port: 80 }] },
    });
    await vi.waitFor(
      async () =>
        expect((await stored(namespace, 'web')).status.verdict).toMatchObject({
          reason: 'ServicePortNotFound',
          culprit: { ref: 'Service/web' },
        }),
      { timeout: 10_000 },
    );
  });

  it('stops while suspended, and forgets what is deleted', async () => {
    const target = await startTarget();
    const namespace = await namespaceFor('comings-and-goings');
    await apply(probeOf(namespace, 'web', { target: { url: target.origin } }));
    await status(namespace, 'web', { Healthy: 'True Healthy' });
    const series = async () =>
      (await operator.metrics()).filter((line) => line.includes(`namespace="${namespace}"`));
    expect(await series()).toContain(`probe_success{namespace="${namespace}",name="web"} 1`);

    await kubectl(
      '-n',
      namespace,
      'patch',
      'statusprobe',
      'web',
      '--type=merge',
      '-p',
      '{"spec":{"suspend":true}}',
    );
    const suspended = await status(namespace, 'web', {
      Ready: 'True Suspended',
      Healthy: 'Unknown Suspended',
    });
    expect(suspended).toMatchObject({
      verdict: { owner: 'None', reason: 'Suspended' },
      lastProbe: { code: 200 },
    });
    const left = await series();
    expect(left.filter((line) => line.startsWith('probe_'))).toEqual([]);
    expect(left).toContain(`statusprobe_suspended{namespace="${namespace}",name="web"} 1`);

    await kubectl('-n', namespace, 'delete', 'statusprobe', 'web');
    await vi.waitFor(async () => expect(await series()).toEqual([]), { timeout: 10_000 });
    target.close();
  });

  it('pauses while a maintenance window is open, and reads what is compressed when it is over', async () => {
    const server = createServer(({ headers }, response) => {
      response.writeHead(200, { 'content-encoding': headers['accept-encoding'] }).end(gzipSync('hello'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const namespace = await namespaceFor('maintenance');
    const spec = {
      target: { url },
      request: { compression: 'gzip', maxBodySize: '5' },
      expect: { body: { matches: ['^hello$'] } },
    };
    const maintenance = [{ schedule: '* * * * *', duration: '2m' }];
    await apply(probeOf(namespace, 'web', { ...spec, maintenance }));
    const paused = await status(namespace, 'web', { Ready: 'True Suspended', Healthy: 'Unknown Suspended' });
    expect(paused.verdict?.summary).toMatch(
      /^Not probed until \S+Z: the maintenance window \* \* \* \* \* \(Etc\/UTC\) is open$/,
    );
    expect(await operator.metrics()).toContain(
      `statusprobe_suspended{namespace="${namespace}",name="web"} 1`,
    );
    await apply(probeOf(namespace, 'web', spec));
    await status(namespace, 'web', { Ready: 'True Probing', Healthy: 'True Healthy' });

    await apply(probeOf(namespace, 'web', { ...spec, request: { compression: 'gzip', maxBodySize: '4' } }));
    const long = await status(namespace, 'web', { Healthy: 'False BodyTooLarge' });
    expect(long.lastProbe?.failure?.message).toBe('The response body is longer than the limit.');
    server.close();
  });

  it('probes at once when it is asked to, and says that it did', async () => {
    const target = await startTarget();
    const namespace = await namespaceFor('on-request');
    await apply(probeOf(namespace, 'web', { target: { url: target.origin }, interval: '24h' }));
    await status(namespace, 'web', { Healthy: 'True Healthy' });
    target.code = 503;
    await kubectl('-n', namespace, 'annotate', 'statusprobe', 'web', 'statusprobe.dev/requested-at=now');
    const seen = await status(namespace, 'web', { Healthy: 'False HTTP503' });
    expect(seen.lastHandledRequest).toBe('now');
    expect(target.requests).toHaveLength(2);
    target.close();
  });

  it('judges again what somebody else has changed meanwhile', async () => {
    const target = await startTarget();
    const namespace = await namespaceFor('conflicts');
    await apply(probeOf(namespace, 'web', { target: { url: target.origin } }));
    await status(namespace, 'web', { Healthy: 'True Healthy' });
    for (const code of [500, 200, 503]) {
      target.code = code;
      for (let label = 0; label < 8; label += 1) {
        await kubectl('-n', namespace, 'label', 'statusprobe', 'web', '--overwrite', `turn=${code}-${label}`);
      }
    }
    await status(namespace, 'web', { Healthy: 'False HTTP503' });
    const reset = {
      status: { verdict: { owner: 'None', layer: 'None', reason: 'Wrong', summary: 'wrong' } },
    };
    await kubectl(
      '-n',
      namespace,
      'patch',
      'statusprobe',
      'web',
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify(reset),
    );
    await vi.waitFor(
      async () => expect((await stored(namespace, 'web')).status.verdict?.reason).not.toBe('Wrong'),
      { timeout: 10_000 },
    );
    expect(
      operator.log.filter(({ probe, msg }) => probe === `${namespace}/web` && /could not|failed;/.test(msg)),
    ).toEqual([]);
    target.close();
  });

  it('keeps to the policy of the namespace', async () => {
    const target = await startTarget();
    const limited = await namespaceFor('limited', { quota: 'one' });
    await apply(probeOf(limited, 'a-first', { target: { url: target.origin } }));
    await status(limited, 'a-first', { Healthy: 'True Healthy' });
    await apply(probeOf(limited, 'b-second', { target: { url: target.origin } }));
    const over = await status(limited, 'b-second', {
      Ready: 'False QuotaExceeded',
      Stalled: 'True QuotaExceeded',
    });
    expect(over.verdict?.summary).toMatch(/allows 1 StatusProbes in this namespace/);

    const slow = await namespaceFor('slow', { pace: 'slow' });
    await apply(probeOf(slow, 'web', { target: { url: target.origin } }));
    const slowed = await status(slow, 'web', { Healthy: 'True Healthy' });
    expect(slowed.conditions?.find(({ type }) => type === 'Ready')?.message).toBe(
      `Probing ${target.origin}/ every 1m, the shortest interval that the policy allows here`,
    );
    target.close();
  });

  it('shares the probes with a second replica, which goes on when it is left alone', async () => {
    const target = await startTarget();
    const namespace = await namespaceFor('shared');
    const names = Array.from({ length: 12 }, (_, index) => `web-${index}`);
    await apply(
      ...names.map((name) => probeOf(namespace, name, { target: { url: `${target.origin}/${name}` } })),
    );
    const second = await startOperator(...args, '--instance', 'second');
    await ready(second);
    const owned = async (process: OperatorProcess) =>
      (await process.metrics()).filter((line) => line.startsWith(`probe_success{namespace="${namespace}"`))
        .length;
    await vi.waitFor(
      async () => {
        const [here, there] = [await owned(operator), await owned(second)];
        expect(here).toBeGreaterThan(0);
        expect(there).toBeGreaterThan(0);
        expect(here + there).toBe(names.length);
      },
      { timeout: 30_000, interval: 500 },
    );
    expect(await second.stop()).toBe(0);
    await vi.waitFor(async () => expect(await owned(operator)).toBe(names.length), {
      timeout: 15_000,
      interval: 500,
    });
    const leases = JSON.parse(await kubectl('-n', NAMESPACE, 'get', 'leases', '-o', 'json')) as {
      items: { metadata: { name: string }; spec: { holderIdentity?: string } }[];
    };
    const held = leases.items.filter(({ spec }) => (spec.holderIdentity ?? '') !== '');
    expect(held.map(({ metadata }) => metadata.name)).toEqual(['first']);
    target.close();
  });

  it('tells nothing but transitions, and of no defect', () => {
    expect(operator.log.filter(({ level }) => level >= 50)).toEqual([]);
    const first = operator.log.findIndex(({ probe }) => probe === 'quiet/web');
    const told = operator.log.slice(first).filter(({ probe }) => probe === 'quiet/web');
    expect(told.map(({ msg }) => msg.split(':')[0])).toEqual(['ProbeFailed']);
  });

  it('waits, alive and not ready, for a CRD that is recent enough', async () => {
    await kubectl(
      'annotate',
      'crd',
      'statusprobes.statusprobe.dev',
      '--overwrite',
      'statusprobe.dev/schema-version=0',
    );
    const late = await startOperator(...args, '--instance', 'late');
    await vi.waitFor(async () =>
      expect((await late.health('readyz')).text).toMatch(/schema version 0.*apply crds\/statusprobes\.yaml/),
    );
    expect((await late.health('readyz')).code).toBe(503);
    expect((await late.health('healthz')).code).toBe(200);
    await kubectl('apply', '-f', CRD);
    await ready(late);
    expect(await late.stop()).toBe(0);
  });

  it('waits, alive and not ready, for an API server that cannot be reached', async () => {
    const config = readFileSync(server.kubeconfigPath, 'utf8').replace(
      /https:\/\/127\.0\.0\.1:\d+/,
      'https://127.0.0.1:1',
    );
    const file = join(directory, 'unreachable.kubeconfig');
    writeFileSync(file, config);
    const lost = await startOperator('--kubeconfig', file, '--instance', 'lost');
    const sentence = /cannot reach the API server at https:\/\/127\.0\.0\.1:1: the connection was refused/;
    await vi.waitFor(async () => expect((await lost.health('readyz')).text).toMatch(sentence), {
      timeout: 30_000,
    });
    expect((await lost.health('healthz')).code).toBe(200);
    expect(await lost.stop()).toBe(0);
    // Lines are written together: all of them are there at the end.
    expect(lost.log.filter(({ msg }) => sentence.test(msg))).toHaveLength(1);
  });
});
