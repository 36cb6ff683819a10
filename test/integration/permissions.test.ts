import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { StatusProbeStatus } from '../../src/api/generated.ts';
import { createClient } from '../../src/kubernetes/client.ts';
import { kubeConfigAccess } from '../../src/kubernetes/kube-config.ts';
import { EVENTS, LEASES } from '../../src/kubernetes/resources.ts';
import { createTransport } from '../../src/kubernetes/transport.ts';
import { STATUS_PROBES } from '../../src/operator/stored-probe.ts';
import { lookOnce } from '../../src/wiring/own-look.ts';
import { whyNoApiServer } from '../support/apiserver.ts';
import { auditEvents } from '../support/audit-log.ts';
import { BROKEN, BROKEN_NAMESPACE, brokenCluster } from '../support/broken-cluster.ts';
import { statusprobe } from '../support/command-line.ts';
import {
  type Installation,
  install,
  LOOPBACK_POLICY,
  OPERATOR_NAMESPACE,
  ROOT,
  whenReady,
} from '../support/installation.ts';
import { isLeftOut } from '../support/left-out.ts';
import { type OperatorProcess, startOperator } from '../support/operator-process.ts';
import { type RecordingTarget, startRecordingTarget } from '../support/recording-target.ts';

const isSkipped = isLeftOut('the ClusterRole on a real API server', whyNoApiServer());

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const rulesOf = (file: string, kind: string): readonly Rule[] =>
  parseAllDocuments(readFileSync(join(ROOT, file), 'utf8'))
    .map((document) => document.toJS() as { kind: string; rules: readonly Rule[] })
    .flatMap((object) => (object.kind === kind ? object.rules : []));

const RULES = rulesOf('deploy/base/cluster-role.yaml', 'ClusterRole');

/** `group/resource`, as the rules name them. */
const RESOURCES = RULES.flatMap(({ apiGroups, resources }) =>
  apiGroups.flatMap((group) => resources.map((resource) => `${group}/${resource}`)),
);

/** What the operator itself needs, beside the evidence of diagnoses. */
const OWN = [
  'statusprobe.dev/statusprobes',
  'statusprobe.dev/statusprobes/status',
  'apiextensions.k8s.io/customresourcedefinitions',
  'authorization.k8s.io/subjectaccessreviews',
];

/** Served by metrics-server, read behind a load balancer of AWS alone, or read for the name of an owner alone. */
const ELSEWHERE = [
  'metrics.k8s.io/pods',
  'elbv2.k8s.aws/targetgroupbindings',
  'eks.amazonaws.com/targetgroupbindings',
  'batch/jobs',
];

const statusProbe = (namespace: string, name: string, spec: object) => ({
  apiVersion: 'statusprobe.dev/v1alpha1',
  kind: 'StatusProbe',
  metadata: { namespace, name },
  spec,
});

/** The rules without one resource. */
const without = (dropped: string): readonly Rule[] =>
  RULES.flatMap(({ apiGroups, resources, ...rule }) =>
    apiGroups.flatMap((group) =>
      resources
        .filter((resource) => `${group}/${resource}` !== dropped)
        .map((resource) => ({ ...rule, apiGroups: [group], resources: [resource] })),
    ),
  );

describe.skipIf(isSkipped)('the ClusterRole on a real API server', { timeout: 300_000 }, () => {
  let installation: Installation;
  let target: RecordingTarget;
  let whole: readonly StatusProbeStatus[];
  const operators: OperatorProcess[] = [];

  beforeAll(async () => {
    installation = await install();
    target = await startRecordingTarget();
    target.answer((path) => Number(path) || 503);
    await brokenCluster(installation);
    const connectTo = { host: '127.0.0.1', port: target.port };
    await installation.apply(
      ...BROKEN(target.port).map(({ name, spec }) => statusProbe(BROKEN_NAMESPACE, name, spec)),
      statusProbe('other', 'neighbour', {
        target: { url: `http://shop.test:${target.port}/503` },
        request: { connectTo },
        timeout: '30s',
      }),
    );
    // On a busy machine a look may come too late.
    await vi.waitFor(
      async () => {
        whole = await look('statusprobe');
        expect(JSON.stringify(whole)).not.toMatch(/"reason":"(Timeout|Throttled)"/);
      },
      { timeout: 60_000 },
    );
  });

  afterAll(async () => {
    await Promise.all(operators.map((operator) => operator.stop()));
    await installation?.remove();
    target?.close();
  });

  const accountOf = (name: string) => `system:serviceaccount:${OPERATOR_NAMESPACE}:${name}`;

  /** Diagnoses everything that is broken with the rights of a ServiceAccount. */
  async function look(account: string): Promise<readonly StatusProbeStatus[]> {
    const { users, clusters } = JSON.parse(
      await installation.kubectl('config', 'view', '--raw', '-o', 'json'),
    ) as { users: readonly [{ user: object }]; clusters: readonly [{ cluster: object }] };
    const user = { ...users[0].user, as: accountOf(account) };
    const file = installation.kubeconfig(`${account}.kubeconfig`, clusters[0].cluster, user);
    const transport = createTransport((await kubeConfigAccess({ files: [file] })).read, {
      requestsPerSecond: 1000,
    });
    const config = { podLogs: false, clusterDomain: 'cluster.local', clusterNetwork: false };
    const options = { version: '0', tell: () => {} };
    const statuses = await Promise.all(
      BROKEN(target.port).map(async ({ name, spec }) => {
        const probe = { namespace: BROKEN_NAMESPACE, name, spec };
        const looked = await lookOnce(probe, createClient(transport), config, options);
        return looked?.status as StatusProbeStatus;
      }),
    );
    transport.close();
    return statuses;
  }

  const start = async (instance: string): Promise<OperatorProcess> => {
    const policy = installation.file('policy.yaml', LOOPBACK_POLICY);
    const kubeconfig = await installation.operatorKubeconfig();
    const operator = await startOperator(
      '--kubeconfig',
      kubeconfig,
      '--policy',
      policy,
      '--instance',
      instance,
    );
    operators.push(operator);
    await whenReady(operator);
    return operator;
  };

  const findings = (statuses: readonly StatusProbeStatus[]) =>
    new Set(
      statuses.flatMap((status, index) => (status.findings ?? []).map(({ reason }) => `${index} ${reason}`)),
    );

  test('suffices for every look', () => {
    expect(findings(whole).size).toBeGreaterThan(BROKEN(0).length);
    expect(JSON.stringify(whole)).not.toContain('Forbidden');
  });

  test.each(RESOURCES.filter((resource) => ![...OWN, ...ELSEWHERE].includes(resource)))(
    'without %s, what needs it is not checked, and nobody is accused falsely',
    async (dropped) => {
      const name = `without-${dropped.replace(/[^a-z]+/g, '-')}`;
      const metadata = { name };
      const subjects = [{ kind: 'ServiceAccount', name, namespace: OPERATOR_NAMESPACE }];
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name };
      await installation.apply(
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'ClusterRole',
          metadata,
          rules: without(dropped),
        },
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'ClusterRoleBinding',
          metadata,
          subjects,
          roleRef,
        },
      );
      const user = accountOf(name);
      const mayLook = () =>
        installation.server.kubectl('auth', 'can-i', 'get', 'crd/statusprobes.statusprobe.dev', '--as', user);
      await vi.waitFor(async () => expect((await mayLook()).stdout).toMatch(/^yes/), { timeout: 30_000 });
      const blind = await look(name);
      expect([...findings(blind)].filter((finding) => !findings(whole).has(finding))).toEqual([]);
      expect(JSON.stringify(blind)).toMatch(
        new RegExp(`Forbidden: may not (get|list) ${dropped.split('/')[1]}\\b`),
      );
    },
  );

  test('no verb of it is left unused by an installation, and none is denied', async () => {
    const { client, server } = installation;
    const kubeconfig = await installation.operatorKubeconfig();
    const [first, second] = [await start('first'), await start('second')];
    await vi.waitFor(
      async () => {
        const { items } = await client.list(STATUS_PROBES, { namespace: BROKEN_NAMESPACE });
        expect(items.map(({ status }) => (status as StatusProbeStatus).verdict?.owner)).not.toContain(
          undefined,
        );
        expect(
          (await client.list(EVENTS, { namespace: BROKEN_NAMESPACE })).items.map(({ reason }) => reason),
        ).toContain('ProbeFailed');
      },
      { timeout: 60_000, interval: 200 },
    );
    await second.stop();
    for (const { name } of BROKEN(target.port))
      await statusprobe(kubeconfig, 'diagnose', `statusprobe/${name}`, '-n', BROKEN_NAMESPACE);
    // A member that left is removed from the books after a while.
    await vi.waitFor(
      async () => {
        const { items } = await client.list(LEASES, { namespace: OPERATOR_NAMESPACE });
        expect(items.map(({ metadata }) => metadata.name)).not.toContain('second');
      },
      { timeout: 60_000, interval: 500 },
    );
    await first.stop();
    const used = auditOf(server.directory);
    expect([...used].filter(([, codes]) => codes.has(403)).map(([request]) => request)).toEqual([]);
    const granted = [...RULES, ...rulesOf('deploy/base/role.yaml', 'Role')].flatMap(
      ({ apiGroups, resources, verbs }) =>
        apiGroups.flatMap((group) =>
          resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
        ),
    );
    const unused = granted.filter((request) => !used.has(request));
    // What is watched is listed only where an API server cannot stream its beginning.
    const isFallback = (request: string) => used.has(request.replace(/^list/, 'watch'));
    expect(unused.filter((request) => !isFallback(request))).toEqual(UNUSED_HERE);
  });

  test('without the rules of its own, it waits or says so, and writes nothing wrong', async () => {
    const { client, kubectl } = installation;
    await kubectl(
      'patch',
      'clusterrole',
      'statusprobe',
      '--type=json',
      '-p',
      JSON.stringify([
        { op: 'replace', path: '/rules', value: without('statusprobe.dev/statusprobes/status') },
      ]),
    );
    await installation.apply(statusProbe('other', 'late', { target: { url: `${target.origin}/503` } }));
    const operator = await start('blind');
    await vi.waitFor(
      () =>
        expect(operator.log.map(({ msg }) => msg).join()).toMatch(
          /The status could not be written: .*403 Forbidden/,
        ),
      {
        timeout: 60_000,
      },
    );
    const { status } = await client.get(STATUS_PROBES, { namespace: 'other', name: 'late' });
    expect(status).toEqual({ observedGeneration: -1 });
  });
});

/** Served by metrics-server, and read only of Pods that are slow or end again and again for lack of something. */
const UNUSED_HERE = ['get metrics.k8s.io/pods'];

/** What ServiceAccounts asked for, with the codes that they got. */
function auditOf(directory: string): ReadonlyMap<string, ReadonlySet<number>> {
  const used = new Map<string, Set<number>>();
  for (const { verb, objectRef, responseStatus } of auditEvents(join(directory, 'audit.log'), new Date(0))) {
    if (objectRef === undefined) continue;
    const { apiGroup = '', resource, subresource } = objectRef;
    const request = `${verb} ${apiGroup}/${resource}${subresource === undefined ? '' : `/${subresource}`}`;
    const codes = used.get(request) ?? new Set();
    used.set(request, codes.add(responseStatus?.code ?? 0));
  }
  return used;
}
