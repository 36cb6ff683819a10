import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { awaitVerdicts, difference } from '../../hack/demo/applications-on-cluster.ts';
import { OPERATOR_NAMESPACE } from '../../hack/demo/operator.ts';
import { FAULTS } from '../faulty-app/faults.ts';
import { auditedRequests } from '../support/audit-log.ts';
import { deployFaults, FAULTS_NAMESPACE, removeFaults } from '../support/faults-on-cluster.ts';
import { isLeftOut } from '../support/left-out.ts';
import { type NodeCluster, openNodeCluster, whyNoNode } from '../support/node-cluster.ts';

const MINUTE = 60_000;
const WARNING = 40;
const ERROR = 50;
const FAILING = FAULTS.filter(({ expected }) => expected.healthy === 'False').map(({ name }) => name);
/** Pods that start and end by turns, or answer by turns, have news to tell. */
const STILL = FAULTS.filter(
  ({ name, expected }) => expected.layer !== 'Pod' && name !== 'new-version-listens-elsewhere',
);
const TRANSITION = /^(ProbeFailed|CauseChanged|ProbeRecovered): /;
const isSkipped = isLeftOut('every fault on a real node', whyNoNode());

/** A line of the operator's log. */
interface LogLine {
  readonly level: number;
  readonly probe?: string;
  readonly msg: string;
}

describe.skipIf(isSkipped)('every fault on a real node', { timeout: 5 * MINUTE }, () => {
  let cluster: NodeCluster;
  let since: Date;

  beforeAll(async () => {
    cluster = openNodeCluster();
    since = new Date();
    deployFaults(cluster);
    await awaitVerdicts(cluster, FAULTS_NAMESPACE, FAULTS);
  }, 40 * MINUTE);

  afterAll(() => removeFaults(cluster), 5 * MINUTE);

  it.each(FAULTS.map((fault) => [fault.name, fault.fault, fault] as const))(
    'is told by its verdict: %s (%s)',
    (name, _, fault) => {
      expect(difference(fault, cluster.statusProbe(FAULTS_NAMESPACE, name))).toBeUndefined();
    },
  );

  it('is announced once for each time that a target failed, and so is each recovery', async () => {
    await vi.waitFor(
      () => {
        const { told, due } = cluster.toldAndDue(FAULTS_NAMESPACE);
        expect(told).toEqual(due);
        expect(due.ProbeFailed).toBeGreaterThanOrEqual(FAILING.length);
      },
      { timeout: MINUTE, interval: 2_000 },
    );
  });

  it('comes to rest: then nothing is written but the heartbeat', async () => {
    const statuses = () =>
      STILL.map(({ name }) => {
        const { lastProbe: _, ...status } = cluster.statusProbe(FAULTS_NAMESPACE, name).status;
        return { name, status };
      });
    const deadline = performance.now() + 3 * MINUTE;
    for (;;) {
      const before = statuses();
      await cluster.probesPass(FAULTS_NAMESPACE, 'backend-service-missing', 3);
      if (performance.now() > deadline) expect(statuses()).toEqual(before);
      if (isDeepStrictEqual(statuses(), before)) return;
    }
  });

  it('leaves no complaint in the log of the operator', () => {
    const log = cluster.kubectl([
      ...['-n', OPERATOR_NAMESPACE, 'logs', 'deployment/statusprobe', '--since-time', since.toISOString()],
    ]);
    const lines = log
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LogLine);
    expect(lines.length).toBeGreaterThan(FAILING.length);
    // Warnings that name no probe are about an API server that a busy machine keeps waiting.
    const isComplaint = ({ level, probe, msg }: LogLine) =>
      level >= ERROR || (level >= WARNING && probe !== undefined && !TRANSITION.test(msg));
    expect(lines.filter(isComplaint)).toEqual([]);
  });

  it('costs the API server no LIST, and nothing that is refused', () => {
    const user = `system:serviceaccount:${OPERATOR_NAMESPACE}:statusprobe`;
    const requests = auditedRequests(cluster, { user, since, part: `/namespaces/${FAULTS_NAMESPACE}/` });
    // Secrets may be read where an add-on says so, which is not installed here.
    const refused = requests.filter(({ code }) => code === 403);
    expect(refused.filter(({ requestURI }) => !requestURI.includes('/secrets/'))).toEqual([]);
    expect(requests.filter(({ verb }) => verb === 'list')).toEqual([]);
  });
});
