import { beforeAll, describe, expect, it, vi } from 'vitest';
import {
  awaitVerdicts,
  deployApplications,
  difference,
  NAMESPACE,
} from '../../hack/demo/applications-on-cluster.ts';
import { OPERATOR_NAMESPACE } from '../../hack/demo/operator.ts';
import type { StatusProbe } from '../../src/api/generated.ts';
import { APPLICATIONS } from '../faulty-app/applications.ts';
import { INTERVAL_SECONDS, TIMEOUT_SECONDS } from '../faulty-app/manifests.ts';
import { isLeftOut } from '../support/left-out.ts';
import { type NodeCluster, openNodeCluster, whyNoNode } from '../support/node-cluster.ts';

const MINUTE = 60_000;
const FAILING = APPLICATIONS.filter(({ expected }) => expected.healthy === 'False');
const isSkipped = isLeftOut('the operator on a real node', whyNoNode());

describe.skipIf(isSkipped)('the operator on a real node', { timeout: 5 * MINUTE }, () => {
  let cluster: NodeCluster;

  const recovered = () => cluster.eventsOf(NAMESPACE, 'ProbeRecovered').filter((name) => name === 'healthy');

  beforeAll(async () => {
    cluster = openNodeCluster();
    deployApplications(cluster);
    await awaitVerdicts(cluster);
  }, 40 * MINUTE);

  it.each(APPLICATIONS.map((app) => [app.name, app] as const))('finds the cause of %s', (name, app) => {
    expect(difference(app, cluster.statusProbe(NAMESPACE, name))).toBeUndefined();
  });

  it.each(APPLICATIONS.map((app) => [app.name, app] as const))(
    'diagnose says the same of %s',
    (name, app) => {
      const printed = cluster.statusprobe([
        'diagnose',
        `statusprobe/${name}`,
        '-n',
        NAMESPACE,
        '--pod-logs',
        '-o',
        'json',
      ]);
      const { verdict } = JSON.parse(printed.stdout) as StatusProbe['status'];
      const { owner, layer, reason, culprit } = app.expected;
      expect([verdict?.owner, verdict?.layer, verdict?.reason, verdict?.culprit?.ref]).toEqual([
        owner,
        layer,
        reason,
        culprit,
      ]);
      expect(printed.code).toBe(app.expected.healthy === 'True' ? 0 : 1);
    },
  );

  it.each(FAILING.map(({ name }) => [name]))('the verdict on %s is told in time', (name) => {
    const { failingSince = '', conditions = [] } = cluster.statusProbe(NAMESPACE, name).status;
    const told = conditions.find(({ type }) => type === 'Diagnosed')?.lastTransitionTime ?? '';
    expect(Date.parse(told) - Date.parse(failingSince)).toBeLessThan(
      (INTERVAL_SECONDS + TIMEOUT_SECONDS + 2) * 1000,
    );
  });

  it('tells each failure and each recovery once, and writes nothing but the heartbeat while nothing changes', async () => {
    // A Pod that is just starting may fail, recover and fail again, each told once.
    await vi.waitFor(
      () => {
        const { told, due } = cluster.toldAndDue(NAMESPACE);
        expect(told).toEqual(due);
        expect(due.ProbeFailed).toBeGreaterThanOrEqual(FAILING.length);
      },
      { timeout: MINUTE, interval: 2_000 },
    );
    const status = () => {
      const { lastProbe: _, ...rest } = cluster.statusProbe(NAMESPACE, 'wrong-target-port').status;
      return rest;
    };
    const before = status();
    await cluster.probesPass(NAMESPACE, 'wrong-target-port', 3);
    expect(status()).toEqual(before);
  });

  it('sees a fault, names it, and sees that it is mended', async () => {
    const port = (targetPort: number) =>
      JSON.stringify([{ op: 'replace', path: '/spec/ports/0/targetPort', value: targetPort }]);
    const patch = (targetPort: number) =>
      cluster.kubectl([
        '-n',
        NAMESPACE,
        'patch',
        'service',
        'healthy',
        '--type=json',
        '-p',
        port(targetPort),
      ]);
    const before = recovered().length;
    patch(9999);
    const broken = await cluster.awaitStatus(
      NAMESPACE,
      'healthy',
      ({ verdict }) => verdict?.reason === 'TargetPortNotOpen',
    );
    expect(broken.verdict).toMatchObject({
      owner: 'DevOps',
      layer: 'Service',
      culprit: { ref: 'Service/healthy', field: 'spec.ports[0].targetPort' },
    });
    patch(8080);
    const mended = await cluster.awaitStatus(
      NAMESPACE,
      'healthy',
      ({ verdict }) => verdict?.reason === 'Healthy',
    );
    expect(mended.lastFailure).toMatchObject({
      owner: 'DevOps',
      reason: 'TargetPortNotOpen',
      culprit: 'Service/healthy',
    });
    expect(recovered()).toHaveLength(before + 1);
  });

  it('calls a target that is deleted while it is probed a failure with a verdict', async () => {
    cluster.kubectl(['-n', NAMESPACE, 'delete', 'ingress', 'application-403']);
    const status = await cluster.awaitStatus(
      NAMESPACE,
      'application-403',
      ({ verdict }) => verdict?.layer === 'Ingress',
    );
    expect(status.conditions?.find(({ type }) => type === 'Healthy')?.reason).toBe('TargetNotFound');
    expect(status.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
    expect(status.verdict).toMatchObject({
      owner: 'DevOps',
      layer: 'Ingress',
      culprit: { ref: 'Ingress/application-403' },
    });
  });

  it('runs with its own ServiceAccount, which may not read Secrets nor write anything but what it must', () => {
    const may = (verb: string, resource: string) =>
      cluster.may(`system:serviceaccount:${OPERATOR_NAMESPACE}:statusprobe`, verb, resource);
    const refused = [
      ['get', 'secrets'],
      ['list', 'configmaps'],
      ['update', 'statusprobes'],
      ['delete', 'pods'],
      ['create', 'pods'],
      ['patch', 'services'],
    ] as const;
    expect(refused.filter(([verb, resource]) => may(verb, resource))).toEqual([]);
    expect(may('watch', 'pods')).toBe(true);
  });
});
