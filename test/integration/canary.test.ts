import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { StatusProbe } from '../../src/api/generated.ts';
import { EVENTS } from '../../src/kubernetes/resources.ts';
import { STATUS_PROBES } from '../../src/operator/stored-probe.ts';
import { whyNoApiServer } from '../support/apiserver.ts';
import { statusprobe } from '../support/command-line.ts';
import { type Installation, install, LOOPBACK_POLICY, ROOT, whenReady } from '../support/installation.ts';
import { isLeftOut } from '../support/left-out.ts';
import { type OperatorProcess, startOperator } from '../support/operator-process.ts';
import { startTalkativeTarget, type TalkativeTarget } from '../support/talkative-target.ts';
import { createAuthority } from '../support/test-certificates.ts';

const isSkipped = isLeftOut('a secret that is everywhere', whyNoApiServer());

const NAMESPACE = 'shop';

/** A secret of its own for each place, so that a leak names where it comes from. */
const canary = (place: string) => `canary-${place}-5d1e0b`;

/** Any of them, also in Base64, at each of the three places in a group where it can begin. */
const CANARY = /canary-[a-z-]*|Y2FuYXJ5|NhbmFye|jYW5hcn/gi;

const SECRETS = {
  basic: { username: 'shop', password: canary('basic') },
  values: { token: canary('bearer'), key: canary('header'), body: `{"pin":"${canary('body')}"}` },
  oauth2: { clientID: 'shop', clientSecret: canary('oauth') },
  proxy: { username: 'shop', password: canary('proxy') },
};
const secretKeyRef = (key: string) => ({ secretKeyRef: { name: 'values', key } });
const QUERY = `?token=${canary('query')}&plain=${canary('query')}#${canary('fragment')}`;

const LOG = () =>
  [
    `password=${canary('log-password')}`,
    `Authorization: Bearer ${canary('log-authorization')}`,
    `connecting to postgres://shop:${canary('log-user-info')}@db/shop?sslkey=${canary('log-query')}`,
    `the key ${SECRETS.values.key} is wrong`,
  ].join('\n');

describe.skipIf(isSkipped)('a secret that is everywhere', { timeout: 120_000 }, () => {
  let installation: Installation;
  let operator: OperatorProcess;
  let target: TalkativeTarget;
  const probes = (): Record<
    string,
    { target: object; request?: object; expect?: object; diagnose?: object }
  > => {
    const url = `${target.http}/cart${QUERY}`;
    const header = { name: 'X-Api-Key', valueFrom: secretKeyRef('key') };
    return {
      basic: { target: { url }, request: { basicAuth: { secretRef: { name: 'basic' } } } },
      bearer: { target: { url }, request: { bearerToken: secretKeyRef('token') } },
      body: {
        target: { url },
        request: { method: 'POST', headers: [header], bodyFrom: secretKeyRef('body') },
      },
      expectations: {
        target: { url },
        request: { headers: [header] },
        expect: {
          statusCodes: ['500'],
          headers: [{ name: 'x-echo', matches: 'nothing like it' }],
          body: { notMatches: ['error'] },
          json: ['body.headers["x-api-key"] == "x"'],
        },
      },
      oauth2: {
        target: { url },
        request: {
          oauth2: { tokenURL: `${target.http}/token`, secretRef: { name: 'oauth2' }, scopes: ['read'] },
        },
      },
      'oauth2-refused': {
        target: { url },
        request: {
          oauth2: { tokenURL: `${target.http}/refused`, secretRef: { name: 'oauth2' }, scopes: ['read'] },
        },
      },
      certificate: {
        target: { url: `${target.https}/cart${QUERY}` },
        request: {
          tls: { insecureSkipVerify: true, clientCertificate: { secretRef: { name: 'certificate' } } },
        },
      },
      'wrong-certificate': {
        target: { url: `${target.https}/cart${QUERY}` },
        request: { tls: { clientCertificate: { secretRef: { name: 'no-certificate' } } } },
      },
      proxy: { target: { url }, request: { proxy: { url: target.proxy, secretRef: { name: 'proxy' } } } },
      redirect: { target: { url: `${target.http}/redirect${QUERY}` }, request: { headers: [header] } },
      pods: {
        target: {
          ingressRef: {
            name: 'web',
            port: Number(new URL(target.http).port),
            path: `/cart${QUERY.split('#')[0]}`,
          },
        },
        request: { headers: [header] },
        diagnose: { podLogs: { enabled: true }, hops: { mode: 'AnyMethod' } },
      },
    };
  };

  beforeAll(async () => {
    installation = await install();
    const { kubectl, apply, file } = installation;
    const authority = await createAuthority();
    target = await startTalkativeTarget({
      certificate: await authority.issue(['127.0.0.1']),
      cookie: canary('cookie'),
      secretOfItsOwn: canary('answer'),
      accessToken: canary('access-token'),
      log: LOG,
    });
    await kubectl('apply', '-f', join(ROOT, 'deploy/addons/secrets/cluster-role.yaml'));
    await kubectl('apply', '-f', join(ROOT, 'deploy/addons/pod-logs/cluster-role.yaml'));
    const certificate = await authority.issue(['shop']);
    await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
    await apply(
      ...Object.entries(SECRETS).map(([name, stringData]) => inNamespace('Secret', name, { stringData })),
      inNamespace('Secret', 'certificate', {
        type: 'kubernetes.io/tls',
        stringData: { 'tls.crt': certificate.cert, 'tls.key': certificate.key },
      }),
      inNamespace('Secret', 'no-certificate', {
        type: 'kubernetes.io/tls',
        stringData: { 'tls.crt': canary('certificate'), 'tls.key': canary('certificate-key') },
      }),
      ...application(),
    );
    await becomeBroken(installation, target);
    await apply(
      ...Object.entries(probes()).map(([name, spec]) => ({
        ...inNamespace('StatusProbe', name, { spec: { interval: '1s', timeout: '1s', ...spec } }),
        apiVersion: 'statusprobe.dev/v1alpha1',
      })),
    );
    const policy = file('policy.yaml', LOOPBACK_POLICY);
    operator = await startOperator(
      ...['--kubeconfig', await installation.operatorKubeconfig(), '--policy', policy],
      ...['--instance', 'first', '--log-level', 'trace', '--pod-logs'],
    );
    await whenReady(operator);
    await vi.waitFor(
      async () => {
        const { items } = await installation.client.list(STATUS_PROBES, { namespace: NAMESPACE });
        const settled = (items as unknown as StatusProbe[]).filter(({ status }) =>
          status.conditions?.some(({ type, reason }) => type === 'Diagnosed' && reason !== 'InProgress'),
        );
        expect(settled).toHaveLength(Object.keys(probes()).length);
      },
      { timeout: 60_000, interval: 200 },
    );
  });

  afterAll(async () => {
    await operator?.stop();
    await installation?.remove();
    target?.close();
  });

  test('is sent where it belongs', () => {
    const { received } = target;
    expect(received.get('x-api-key')).toBe(SECRETS.values.key);
    expect(received.get('body')).toContain(canary('body'));
    expect(received.get('proxy-authorization')).toMatch(/^Basic /);
  });

  test('is in no status', async () => {
    const { items } = await installation.client.list(STATUS_PROBES, { namespace: NAMESPACE });
    expect(leaks(items.map(({ metadata, status }) => ({ name: metadata.name, status })))).toEqual([]);
    const shown = JSON.stringify(items.find(({ metadata }) => metadata.name === 'pods')?.status);
    expect(shown).toContain('the key … is wrong');
  });

  test('is in no Event of the operator', async () => {
    const { items } = await installation.client.list(EVENTS, { namespace: NAMESPACE });
    const own = items.filter((event) => event.reportingController === 'statusprobe.dev/operator');
    expect(own.length).toBeGreaterThan(0);
    expect(leaks(own)).toEqual([]);
  });

  test('is in no line of the log and in no metric', async () => {
    expect(operator.log.length).toBeGreaterThan(Object.keys(probes()).length);
    expect(leaks(operator.log)).toEqual([]);
    expect(leaks(await operator.metrics())).toEqual([]);
  });

  const diagnose = (name: string, output: string) =>
    statusprobe(
      installation.server.kubeconfigPath,
      ...['diagnose', `statusprobe/${name}`, '-n', NAMESPACE, '--pod-logs', '-o', output],
    );

  test('is not on the command line, whatever is probed', async () => {
    for (const name of Object.keys(probes())) {
      const { stdout, stderr } = await diagnose(name, 'json');
      expect([name, leaks([stdout, stderr])]).toEqual([name, []]);
      expect(stdout + stderr).not.toBe('');
    }
  });

  test.each(['text', 'yaml', 'sarif', 'junit'])(
    'is not on the command line: diagnose -o %s',
    async (output) => {
      const { stdout, stderr } = await diagnose('pods', output);
      expect(stdout).not.toBe('');
      expect(leaks([stdout, stderr])).toEqual([]);
    },
  );

  test('is not in what get shows of them', async () => {
    const { stdout, stderr } = await statusprobe(installation.server.kubeconfigPath, 'get', '-A');
    expect(stdout).toContain('oauth2-refused');
    expect(leaks([stdout, stderr])).toEqual([]);
  });

  test.each(['pods', 'proxy', 'redirect'])('is in no file of a bundle of %s', async (name) => {
    const to = join(installation.file('anchor', ''), '..', `bundle-${name}`);
    const { stdout, stderr } = await statusprobe(
      installation.server.kubeconfigPath,
      ...['bundle', `statusprobe/${name}`, '-n', NAMESPACE, '--pod-logs', '--to', to],
    );
    const files = await readdir(to);
    const texts = await Promise.all(files.map((file) => readFile(join(to, file), 'utf8')));
    expect(leaks([stdout, stderr, ...texts])).toEqual([]);
  });
});

/** Where a canary is, with what stands around it. */
const leaks = (told: readonly unknown[]): readonly string[] =>
  told
    .map((each) => (typeof each === 'string' ? each : JSON.stringify(each)))
    .flatMap((text) =>
      [...text.matchAll(CANARY)].map(({ index }) => text.slice(Math.max(0, index - 80), index + 40)),
    );

const inNamespace = (kind: string, name: string, fields: object) => ({
  apiVersion: 'v1',
  kind,
  metadata: { namespace: NAMESPACE, name, annotations: { 'example.com/api-key': canary('annotation') } },
  ...fields,
});

const LABELS = { app: 'web' };

/** An Ingress, a Service and a Pod that a Deployment owns, with secrets where people put them. */
function application() {
  const env = [{ name: 'PASSWORD', value: canary('env') }];
  const containers = [{ name: 'web', image: 'web:1', args: [`--token=${canary('argument')}`], env }];
  const spec = { nodeName: 'node', containers };
  const backend = { service: { name: 'web', port: { number: 80 } } };
  return [
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node' } },
    {
      ...inNamespace('Ingress', 'web', {
        spec: {
          rules: [{ host: 'shop.test', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
        },
      }),
      apiVersion: 'networking.k8s.io/v1',
    },
    inNamespace('Service', 'web', { spec: { selector: LABELS, ports: [{ port: 80, targetPort: 8080 }] } }),
    {
      ...inNamespace('Pod', 'web', { spec }),
      metadata: { ...inNamespace('Pod', 'web', {}).metadata, labels: LABELS },
    },
  ];
}

/** Says in the statuses what nodes and controllers would say, and sets a kubelet up. */
async function becomeBroken(
  { kubectl, apply }: Installation,
  { kubeletPort }: TalkativeTarget,
): Promise<void> {
  const patch = (resource: string, name: string, status: object) =>
    kubectl(
      ...['-n', NAMESPACE, 'patch', resource, name, '--subresource=status', '--type=merge'],
      ...['-p', JSON.stringify({ status })],
    );
  await patch('node', 'node', {
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
    conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
  });
  await patch('ingress', 'web', { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } });
  const message = `token=${canary('pod-message')}`;
  await patch('pod', 'web', {
    phase: 'Running',
    podIP: '127.0.0.1',
    podIPs: [{ ip: '127.0.0.1' }],
    conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady', message }],
    containerStatuses: [
      {
        name: 'web',
        image: 'web:1',
        imageID: '',
        ready: false,
        restartCount: 5,
        state: { waiting: { reason: 'CrashLoopBackOff', message } },
        lastState: { terminated: { exitCode: 1, reason: 'Error', message } },
      },
    ],
  });
  const targetRef = { kind: 'Pod', namespace: NAMESPACE, name: 'web' };
  const labels = { 'kubernetes.io/service-name': 'web' };
  await apply(
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { namespace: NAMESPACE, name: 'web-1', labels },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['192.0.2.1'], conditions: { ready: false }, targetRef }],
      ports: [{ name: '', port: 8080 }],
    },
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { namespace: NAMESPACE, name: 'web.1' },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, name: 'web' },
      type: 'Warning',
      reason: 'BackOff',
      message: `Back-off restarting failed container, password=${canary('event')}`,
      firstTimestamp: new Date().toISOString(),
      lastTimestamp: new Date().toISOString(),
      source: { component: 'kubelet' },
    },
  );
}
