import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type ApiServerLink, startLink } from '../support/api-server-link.ts';
import { whyNoApiServer } from '../support/apiserver.ts';
import { type Installation, install, LOOPBACK_POLICY, whenReady } from '../support/installation.ts';
import { isLeftOut } from '../support/left-out.ts';
import { type OperatorProcess, startOperatorWith } from '../support/operator-process.ts';
import { type RecordingTarget, startRecordingTarget } from '../support/recording-target.ts';
import { createAuthority, type TestAuthority } from '../support/test-certificates.ts';

const isSkipped = isLeftOut('replicas on a real API server', whyNoApiServer());

/** How long a replica is stopped; `make bench` stops it for a minute. */
const STOP_MILLISECONDS = Number(process.env.FAULT_SECONDS ?? 15) * 1000;
const NAMESPACE = 'shop';
const INTERVAL_MILLISECONDS = 1_000;
const TAKEOVER_MILLISECONDS = 15_000;
/** A replica that comes back owns nothing for so long. */
const JOINING_MILLISECONDS = 6_000;
const PROBES = Array.from({ length: 30 }, (_, index) => `probe-${index}`);

interface Replica {
  readonly address: string;
  readonly link: ApiServerLink;
  readonly operator: OperatorProcess;
}

/** Something that a replica did for a StatusProbe. */
interface Act {
  readonly probe: string;
  readonly at: number;
  readonly by: string;
}

describe.skipIf(isSkipped)('replicas on a real API server', { timeout: 300_000 }, () => {
  let installation: Installation;
  let authority: TestAuthority;
  let target: RecordingTarget;
  let policy: string;
  const replicas: Replica[] = [];
  let started = 0;
  const stop = new AbortController();

  async function startReplica(): Promise<Replica> {
    started += 1;
    const index = started + 1;
    const link = await startLink(installation.upstream, await authority.issue(['127.0.0.1']));
    const kubeconfig = installation.kubeconfig(
      `replica-${index}.kubeconfig`,
      { server: link.url, 'certificate-authority': installation.file('ca.crt', authority.pem) },
      { token: await installation.token() },
    );
    const address = `127.0.0.${index}`;
    const args = ['--kubeconfig', kubeconfig, '--policy', policy, '--instance', `replica-${index}`];
    const operator = await startOperatorWith([`local-address.ts?${address}`], args);
    const replica = { address, link, operator };
    replicas.push(replica);
    await whenReady(operator);
    return replica;
  }

  beforeAll(async () => {
    installation = await install();
    authority = await createAuthority();
    target = await startRecordingTarget();
    policy = installation.file('policy.yaml', LOOPBACK_POLICY);
    await installation.apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
      ...PROBES.map((name) => ({
        apiVersion: 'statusprobe.dev/v1alpha1',
        kind: 'StatusProbe',
        metadata: { namespace: NAMESPACE, name },
        spec: { target: { url: `${target.origin}/${name}` }, interval: '1s', timeout: '1s' },
      })),
    );
    void changeAnswers(target, stop.signal);
    for (let index = 0; index < 3; index += 1) await startReplica();
    await vi.waitFor(() => expect(ownersSince(performance.now() - 3_000)).toHaveLength(3), {
      timeout: 60_000,
    });
  });

  afterAll(async () => {
    stop.abort();
    await Promise.all(replicas.map(({ operator }) => operator.stop()));
    await Promise.all(replicas.map(({ link }) => link.close()));
    await installation?.remove();
    target?.close();
  });

  const probed = (since: number): readonly Act[] =>
    target.requests
      .filter(({ at }) => at >= since)
      .map(({ path, at, from }) => ({ probe: path, at, by: from }));

  const written = (): readonly Act[] =>
    replicas
      .flatMap(({ link, address }) =>
        link.writes.map(({ path, at }) => ({ probe: path.split('/').at(-2) ?? '', at, by: address })),
      )
      .sort((a, b) => a.at - b.at);

  const ownersSince = (since: number) => [...new Set(probed(since).map(({ by }) => by))].sort();

  const ownedBy = ({ address }: Replica) => {
    const latest = new Map(probed(performance.now() - 3_000).map(({ probe, by }) => [probe, by]));
    return [...latest].filter(([, by]) => by === address).map(([probe]) => probe);
  };

  /** Waits until others probe these; the longest that one of them waited. */
  async function takenOver(probes: readonly string[], from: Replica, since: number): Promise<number> {
    const firsts = () =>
      probes.map((name) => probed(since).find(({ probe, by }) => probe === name && by !== from.address)?.at);
    await vi.waitFor(() => expect(firsts()).not.toContain(undefined), { timeout: 60_000, interval: 100 });
    return Math.max(...firsts().map((at) => (at ?? Number.POSITIVE_INFINITY) - since));
  }

  test('what one that is killed has probed is probed by others within 15 s', async () => {
    const [victim] = replicas as [Replica];
    const probes = ownedBy(victim);
    expect(probes.length).toBeGreaterThan(0);
    victim.operator.process.kill('SIGKILL');
    expect(await takenOver(probes, victim, performance.now())).toBeLessThan(TAKEOVER_MILLISECONDS);
  });

  test('one that is stopped loses its probes to others, and writes nothing when it goes on', async () => {
    const [, sleeper] = replicas as [Replica, Replica];
    const probes = ownedBy(sleeper);
    expect(probes.length).toBeGreaterThan(0);
    const stoppedAt = performance.now();
    sleeper.operator.process.kill('SIGSTOP');
    const slowest = await takenOver(probes, sleeper, stoppedAt);
    await delay(Math.max(0, stoppedAt + STOP_MILLISECONDS - performance.now()));
    const resumedAt = performance.now();
    sleeper.operator.process.kill('SIGCONT');
    expect(slowest).toBeLessThan(TAKEOVER_MILLISECONDS);
    await vi.waitFor(() => expect(sleeper.link.writes.at(-1)?.at ?? 0).toBeGreaterThan(resumedAt), {
      timeout: 60_000,
    });
    const first = sleeper.link.writes.find(({ at }) => at > resumedAt)?.at ?? 0;
    expect(first - resumedAt).toBeGreaterThan(JOINING_MILLISECONDS);
  });

  test('a rolling update hands all over', async () => {
    const old = replicas.slice(1);
    for (const replica of old) {
      await startReplica();
      expect(await replica.operator.stop()).toBe(0);
    }
    const addresses = replicas.slice(3).map(({ address }) => address);
    await vi.waitFor(() => expect(ownersSince(performance.now() - 3_000)).toEqual(addresses), {
      timeout: 60_000,
    });
  });

  test('through all of that, nothing was probed by nobody for 20 s, nor by two for longer than an interval', () => {
    const acts = probed(0);
    const gaps = PROBES.map((name) => longestGap(acts.filter(({ probe }) => probe === name)));
    expect(gaps.filter((gap) => gap > 20_000)).toEqual([]);
    const disputes = PROBES.flatMap((name) =>
      disputesIn(
        acts.filter(({ probe }) => probe === name),
        3 * INTERVAL_MILLISECONDS,
      ),
    );
    // Half a second for a machine that is busy with other things.
    expect(disputes.filter((dispute) => lengthOf(dispute) > INTERVAL_MILLISECONDS + 500)).toEqual([]);
  });

  test('through all of that, no status had two writers', () => {
    const acts = written();
    expect(new Set(acts.map(({ by }) => by)).size).toBeGreaterThan(2);
    const disputes = PROBES.flatMap((name) =>
      disputesIn(
        acts.filter(({ probe }) => probe === name),
        JOINING_MILLISECONDS,
      ),
    );
    expect(disputes).toEqual([]);
  });
});

const longestGap = (acts: readonly Act[]): number =>
  Math.max(...acts.slice(1).map(({ at }, index) => at - (acts[index] as Act).at));

/** Acts among which replicas took turns, within so long of each other. One may take over, and hand over again as it leaves. */
function disputesIn(acts: readonly Act[], patience: number): (readonly Act[])[] {
  const changes = acts.flatMap(({ by }, index) => (index > 0 && acts[index - 1]?.by !== by ? [index] : []));
  const runs: { from: number; to: number }[] = [];
  for (const index of changes) {
    const last = runs.at(-1);
    const isNear = last !== undefined && (acts[index] as Act).at - (acts[last.to] as Act).at < patience;
    if (isNear) last.to = index;
    else runs.push({ from: index - 1, to: index });
  }
  const isDispute = ({ from, to }: { readonly from: number; readonly to: number }) => {
    const actors = acts.slice(from, to + 1).filter(({ by }, index, all) => all[index - 1]?.by !== by);
    return actors.length - new Set(actors.map(({ by }) => by)).size >= 2;
  };
  return runs.filter(isDispute).map(({ from, to }) => acts.slice(from, to + 1));
}

/** For how long two of them acted both. */
function lengthOf(dispute: readonly Act[]): number {
  const spans = [...new Set(dispute.map(({ by }) => by))].map((actor) => {
    const times = dispute.filter(({ by }) => by === actor).map(({ at }) => at);
    return Math.max(...times) - Math.min(...times);
  });
  return spans.sort((one, other) => other - one)[1] ?? 0;
}

/** Every few seconds, so that there is always something to write. */
async function changeAnswers(target: RecordingTarget, signal: AbortSignal): Promise<void> {
  for (let turn = 0; !signal.aborted; turn += 1) {
    target.answer((path) => ((Number(path.split('-')[1]) + turn) % 2 === 0 ? 503 : 200));
    await delay(3_000, undefined, { signal }).catch(() => {});
  }
}
