import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { StatusProbe } from '../../src/api/generated.ts';
import { hasReason } from '../../src/kubernetes/api-error.ts';
import { startReflector } from '../../src/kubernetes/reflector.ts';
import { PODS, SERVICES } from '../../src/kubernetes/resources.ts';
import { createStore } from '../../src/kubernetes/store.ts';
import { STATUS_PROBES } from '../../src/operator/stored-probe.ts';
import { type ApiServerLink, startLink } from '../support/api-server-link.ts';
import { whyNoApiServer } from '../support/apiserver.ts';
import {
  type Installation,
  install,
  LOOPBACK_POLICY,
  OPERATOR_NAMESPACE,
  whenReady,
} from '../support/installation.ts';
import { isLeftOut } from '../support/left-out.ts';
import { type OperatorProcess, startOperatorWith } from '../support/operator-process.ts';
import { type RecordingTarget, startRecordingTarget } from '../support/recording-target.ts';
import { crash, type ServerProcess } from '../support/server-process.ts';
import { createAuthority } from '../support/test-certificates.ts';

const isSkipped = isLeftOut('whatever happens between the operator and a real API server', whyNoApiServer());

/** How long a fault lasts; `make bench` lets each last a minute. */
const FAULT_MILLISECONDS = Number(process.env.FAULT_SECONDS ?? 8) * 1000;
const INTERVAL_SECONDS = 10;
const NAMESPACE = 'shop';
const PROBES = Array.from({ length: 30 }, (_, index) => `probe-${index}`);
/** The one whose verdict depends on what the operator knows of the cluster. */
const THROUGH_INGRESS = 'through-ingress';
const HOUR = 3_600_000;

interface World {
  readonly installation: Installation;
  readonly link: ApiServerLink;
  readonly operator: OperatorProcess;
  /** Files that the operator's kubeconfig names. */
  writeToken(token: string): void;
  writeCA(pem: string): void;
}

/** What happens, and how it ends. */
type Fault = (world: World) => Promise<() => unknown>;

const FAULTS: Record<string, Fault> = {
  'kube-apiserver is killed; when it is back, the past is forgotten': async ({ installation }) => {
    const { server, kubectl } = installation;
    const startAgain = await crash(server, 'kube-apiserver');
    return async () => {
      startAgain();
      await vi.waitFor(() => kubectl('get', '--raw', '/readyz'), { timeout: 60_000, interval: 100 });
    };
  },
  'etcd is killed': async ({ installation: { server, kubectl } }) => {
    const startAgain = await crash(server, 'etcd' satisfies ServerProcess);
    return async () => {
      startAgain();
      await vi.waitFor(() => kubectl('get', '--raw', '/readyz'), { timeout: 60_000, interval: 100 });
    };
  },
  'every connection is cut, again and again': async ({ link }) => {
    const cutting = setInterval(() => link.cut(), 500);
    return () => clearInterval(cutting);
  },
  'the API server answers 429': async ({ link }) => {
    link.throttle();
    return () => link.open();
  },
  'no packet passes, and no connection survives': async ({ link }) => {
    link.silence();
    return () => link.open();
  },
  'the certificate of the API server is renewed before its CA is known': async ({ link, writeCA }) => {
    const authority = await createAuthority('Next Authority');
    link.present(await authority.issue(['127.0.0.1']));
    return () => writeCA(authority.pem);
  },
  'the token is revoked before the next one is there': async ({ installation, writeToken }) => {
    await installation.kubectl('-n', OPERATOR_NAMESPACE, 'delete', 'secret', 'token-1');
    return async () => writeToken(await boundToken(installation, 'token-2'));
  },
  'the date goes back by an hour, and forth by two': async ({ operator }) => {
    operator.process.send(-HOUR);
    return () => operator.process.send(HOUR);
  },
};

/** A token that ends with a Secret. */
async function boundToken({ kubectl, token }: Installation, name: string): Promise<string> {
  await kubectl('-n', OPERATOR_NAMESPACE, 'create', 'secret', 'generic', name);
  return token('--bound-object-kind=Secret', `--bound-object-name=${name}`);
}

describe.skipIf(isSkipped)('whatever happens between the operator and a real API server', () => {
  let world: World;
  let target: RecordingTarget;
  let failing = 0;
  const stop = new AbortController();
  const cleanUp: (() => Promise<unknown>)[] = [];
  /** Every status as the API server had it, in its order. */
  const seen: { readonly key: string; readonly time: string }[] = [];
  const stored = createStore<StatusProbe>();

  beforeAll(async () => {
    const installation = await install();
    cleanUp.push(() => installation.remove());
    target = await startRecordingTarget();
    const authority = await createAuthority();
    const link = await startLink(installation.upstream, await authority.issue(['127.0.0.1']));
    cleanUp.push(() => link.close());
    const [token, ca] = ['token', 'ca.crt'];
    const writeToken = (text: string) => installation.file(token, text);
    const writeCA = (pem: string) => installation.file(ca, pem);
    const kubeconfig = installation.kubeconfig(
      'link.kubeconfig',
      { server: link.url, 'certificate-authority': writeCA(authority.pem) },
      { tokenFile: writeToken(await boundToken(installation, 'token-1')) },
    );
    const policy = installation.file('policy.yaml', LOOPBACK_POLICY);
    await installation.apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
      ...ingresses(),
      ...PROBES.map((name) => probeOf(name, { url: `${target.origin}/${name}` })),
      probeOf(THROUGH_INGRESS, {
        ingressRef: { name: 'web', port: target.port, path: `/${THROUGH_INGRESS}` },
      }),
    );
    await installation.kubectl(
      ...['-n', NAMESPACE, 'patch', 'ingress', 'web', '--subresource=status', '--type=merge'],
      ...['-p', JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } } })],
    );
    const args = ['--kubeconfig', kubeconfig, '--policy', policy, '--instance', 'first'];
    const operator = await startOperatorWith(['movable-date.ts'], args);
    cleanUp.push(() => operator.stop());
    await whenReady(operator);
    world = { installation, link, operator, writeToken, writeCA };
    stored.subscribe((event) => {
      seen.push({ key: event.key, time: event.object.status.lastProbe?.time ?? '' });
    });
    startReflector({
      transport: installation.transport,
      resource: STATUS_PROBES,
      project: (raw) => raw as unknown as StatusProbe,
      sink: stored,
      signal: stop.signal,
      pace: { ceilingMilliseconds: 500 },
    });
    void churn(installation, stop.signal);
    await tellsTheTruth(60_000);
  });

  afterAll(async () => {
    stop.abort();
    for (const action of cleanUp.toReversed()) await action();
    target?.close();
  });

  const truthOf = (name: string) => {
    const code = target.codeOf(name);
    if (code === 200) return { healthy: 'True', code, reason: 'Healthy' };
    const reason =
      name === THROUGH_INGRESS
        ? 'BackendServiceNotFound'
        : expect.not.stringMatching(/^(Healthy|Diagnosing)$/);
    return { healthy: 'False', code, reason };
  };

  const statusOf = (name: string) => {
    const { conditions = [], lastProbe, verdict } = stored.get(NAMESPACE, name)?.status ?? {};
    const healthy = conditions.find(({ type }) => type === 'Healthy')?.status;
    return { healthy, code: lastProbe?.code, reason: verdict?.reason };
  };

  const tellsTheTruth = (timeout: number) =>
    vi.waitFor(
      () => {
        const names = [...PROBES, THROUGH_INGRESS];
        expect(names.map((name) => [name, statusOf(name)])).toEqual(
          names.map((name) => [name, truthOf(name)]),
        );
      },
      { timeout, interval: 100 },
    );

  test.each(Object.keys(FAULTS))(
    '%s: nothing is lost, stuck or wrong',
    { timeout: 300_000 },
    async (name) => {
      const { installation, operator } = world;
      await installation.client.create(SERVICES, SERVICE);
      const end = await (FAULTS[name] as Fault)(world);
      failing += 1;
      target.answer((path) =>
        path !== THROUGH_INGRESS && Number(path.split('-')[1]) % 2 === failing % 2 ? 503 : 200,
      );
      await delay(FAULT_MILLISECONDS);
      await end();
      const ended = performance.now();
      // What nobody could tell the operator during the fault.
      await vi.waitFor(() => deleteService(installation), { timeout: 30_000 });
      await vi.waitFor(() => expect(world.link.watches).toContain('/api/v1/services'), { timeout: 30_000 });
      target.answer((path) =>
        path === THROUGH_INGRESS || Number(path.split('-')[1]) % 2 === failing % 2 ? 503 : 200,
      );
      await tellsTheTruth(2 * INTERVAL_SECONDS * 1000);
      await vi.waitFor(() => expect(asked(target, ended)).toEqual(new Set([...PROBES, THROUGH_INGRESS])), {
        timeout: 2 * INTERVAL_SECONDS * 1000,
      });
      expect((await operator.health('readyz')).code).toBe(200);
      target.answer((path) =>
        path !== THROUGH_INGRESS && Number(path.split('-')[1]) % 2 === failing % 2 ? 503 : 200,
      );
      await tellsTheTruth(2 * INTERVAL_SECONDS * 1000);
    },
  );

  test('no status went back in time, but with the date', () => {
    const newest = new Map<string, string>();
    const told = seen.filter(({ key, time }) => {
      const before = newest.get(key) ?? '';
      newest.set(key, time);
      return time < before;
    });
    expect(seen.length).toBeGreaterThan(PROBES.length * Object.keys(FAULTS).length);
    // Once for each of them, when the date went back.
    expect(told.length).toBeLessThanOrEqual(PROBES.length + 1);
    expect(new Set(told.map(({ key }) => key)).size).toBe(told.length);
  });

  test('the operator told of trouble, and of no defect', () => {
    const { log, process } = world.operator;
    expect(process.exitCode).toBeNull();
    expect(log.filter(({ level }) => level >= 50).map(({ msg }) => msg)).toEqual([]);
  });
});

const probeOf = (name: string, target: object) => ({
  apiVersion: 'statusprobe.dev/v1alpha1',
  kind: 'StatusProbe',
  metadata: { namespace: NAMESPACE, name },
  spec: { target, interval: `${INTERVAL_SECONDS}s`, timeout: '2s' },
});

const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: NAMESPACE, name: 'web' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
};

/** An API server that has just come back may do this and answer that it did not: then it is done the second time. */
async function deleteService({ client }: Installation): Promise<void> {
  await client.delete(SERVICES, SERVICE.metadata).catch((error: unknown) => {
    if (!hasReason(error, 'NotFound')) throw error;
  });
}

function ingresses() {
  const backend = { service: { name: 'web', port: { number: 80 } } };
  const paths = [{ path: '/', pathType: 'Prefix', backend }];
  return [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'traefik' },
      spec: { controller: 'traefik.io/ingress-controller' },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { namespace: NAMESPACE, name: 'web' },
      spec: { ingressClassName: 'traefik', rules: [{ host: `shop.test`, http: { paths } }] },
    },
  ];
}

/** Pods come and go all the time, as far as the API server takes them. */
async function churn({ client }: Installation, signal: AbortSignal): Promise<void> {
  const containers = [{ name: 'main', image: 'main' }];
  for (let index = 0; !signal.aborted; index += 1) {
    const metadata = { namespace: NAMESPACE, name: `pod-${index}` };
    const call = { signal, deadlineMilliseconds: 1_000 };
    await client.create(PODS, { metadata, spec: { containers } }, call).catch(() => {});
    await client.delete(PODS, metadata, call).catch(() => {});
    await delay(50, undefined, { signal }).catch(() => {});
  }
}

const asked = ({ requests }: RecordingTarget, since: number): ReadonlySet<string> =>
  new Set(requests.filter(({ at }) => at > since).map(({ path }) => path));
