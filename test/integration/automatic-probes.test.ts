import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { whyNoApiServer } from '../support/apiserver.ts';
import { startGarbageCollector } from '../support/garbage-collector.ts';
import { type Installation, install, LOOPBACK_POLICY, ROOT, whenReady } from '../support/installation.ts';
import { isLeftOut } from '../support/left-out.ts';
import { type OperatorProcess, startOperator } from '../support/operator-process.ts';

const isSkipped = isLeftOut('automatic probes on a real API server', whyNoApiServer());

type Annotations = Readonly<Record<string, string>>;

interface StoredProbe {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly object[];
  };
  readonly spec: { readonly target: object; readonly interval: string; readonly request?: object };
}

interface ClusterEvent {
  readonly reason: string;
  readonly note: string;
  readonly regarding: { readonly kind: string; readonly name: string };
}

const annotated = (annotations: Annotations) =>
  Object.fromEntries(Object.entries(annotations).map(([name, value]) => [`statusprobe.dev/${name}`, value]));

const backend = { service: { name: 'web', port: { number: 80 } } };

const ingress = (namespace: string, name: string, annotations: Annotations = {}, host = `${name}.test`) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { namespace, name, annotations: annotated(annotations) },
  spec: { rules: [{ host, http: { paths: [{ path: '/shop', pathType: 'Prefix', backend }] } }] },
});

const service = (namespace: string, name: string, annotations: Annotations = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace, name, annotations: annotated(annotations) },
  spec: { ports: [{ port: 8080 }] },
});

const probeOf = (namespace: string, name: string, target: object) => ({
  apiVersion: 'statusprobe.dev/v1alpha1',
  kind: 'StatusProbe',
  metadata: { namespace, name },
  spec: { target },
});

const WAIT = { timeout: 120_000, interval: 100 };

describe.skipIf(isSkipped)(
  'automatic probes on a real API server, with the rights of the add-on',
  { timeout: 300_000 },
  () => {
    let cluster: Installation;
    let unentitled: OperatorProcess;
    let operator: OperatorProcess;
    let args: readonly string[];
    let endGarbageCollector: (() => Promise<void>) | undefined;

    beforeAll(async () => {
      cluster = await install();
      const gatewayAPI = execFileSync(join(ROOT, 'hack/cluster/build.sh'), ['gateway-api'], {
        encoding: 'utf8',
      });
      await cluster.kubectl('apply', '--server-side', '-f', gatewayAPI.trim());
      endGarbageCollector = startGarbageCollector(cluster.server.kubeconfigPath);
      const kubeconfig = await cluster.operatorKubeconfig();
      args = ['--kubeconfig', kubeconfig, '--policy', cluster.file('policy.yaml', LOOPBACK_POLICY)];
      unentitled = await startOperator(...args, '--automatic-probes', '--instance', 'unentitled');
      await whenReady(unentitled);
    });

    // First, before the rights are there.
    it('does nothing without the add-on, and says what is missing', async () => {
      const namespace = await namespaceFor('no-rights');
      await cluster.apply(
        ingress(namespace, 'shop', { probe: 'true' }),
        probeOf(namespace, 'by-hand', { ingressRef: { name: 'shop' } }),
      );
      await untilVisited(namespace, 'by-hand');
      const trouble = /^Automatic StatusProbes cannot be kept: .*: apply deploy\/addons\/automatic-probes$/;
      await vi.waitFor(() => expect(unentitled.log.some(({ msg }) => trouble.test(msg))).toBe(true), WAIT);
      expect(await names(namespace)).toEqual(['by-hand']);
      expect(await unentitled.stop()).toBe(0);

      await cluster.kubectl('apply', '-f', join(ROOT, 'deploy/addons/automatic-probes/cluster-role.yaml'));
      operator = await startOperator(...args, '--automatic-probes', '--instance', 'first');
      await untilNamed(namespace, 'by-hand', 'shop');
    });

    afterAll(async () => {
      for (const each of [unentitled, operator]) each?.process.kill('SIGKILL');
      await endGarbageCollector?.();
      await cluster?.remove();
    });

    async function namespaceFor(name: string, labels: Annotations = {}): Promise<string> {
      await cluster.apply({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, labels: annotated(labels) },
      });
      return name;
    }

    async function probes(namespace: string): Promise<readonly StoredProbe[]> {
      const list = await cluster.kubectl('-n', namespace, 'get', 'statusprobes', '-o', 'json');
      return (JSON.parse(list) as { items: readonly StoredProbe[] }).items;
    }

    const names = async (namespace: string) => (await probes(namespace)).map(({ metadata }) => metadata.name);

    const untilNamed = (namespace: string, ...wanted: readonly string[]) =>
      vi.waitFor(async () => expect(await names(namespace)).toEqual(wanted), WAIT);

    const untilVisited = (namespace: string, name: string) =>
      cluster.kubectl(
        ...['-n', namespace, 'wait', 'statusprobe', name, '--timeout=120s'],
        '--for=jsonpath={.status.observedGeneration}=1',
      );

    async function events(namespace: string): Promise<readonly string[]> {
      const list = await cluster.kubectl('-n', namespace, 'get', 'events.events.k8s.io', '-o', 'json');
      return (JSON.parse(list) as { items: readonly ClusterEvent[] }).items
        .filter(({ reason }) => reason === 'AutomaticProbeRefused')
        .map(({ regarding, note }) => `${regarding.kind}/${regarding.name}: ${note}`);
    }

    /** The one StatusProbe of a namespace, once it is as it is wanted. */
    const untilOnly = (namespace: string, wanted: object) =>
      vi.waitFor(async () => {
        const found = await probes(namespace);
        expect(found).toMatchObject([wanted]);
        return found[0] as StoredProbe;
      }, WAIT);

    it('makes, changes and removes the StatusProbe of an annotated Ingress, and leaves what people add', async () => {
      const namespace = await namespaceFor('changes');
      await cluster.apply(
        ingress(namespace, 'shop', { probe: 'true', interval: '10s' }),
        ingress(namespace, 'other'),
      );
      const uid = await cluster.kubectl(
        '-n',
        namespace,
        'get',
        'ingress',
        'shop',
        '-o',
        'jsonpath={.metadata.uid}',
      );
      const made = await untilOnly(namespace, {
        metadata: { name: 'shop', labels: { 'app.kubernetes.io/managed-by': 'statusprobe' } },
        spec: { target: { ingressRef: { name: 'shop', host: 'shop.test', path: '/shop' } }, interval: '10s' },
      });
      expect(made.metadata.ownerReferences).toEqual([
        { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'shop', uid, controller: true },
      ]);

      const patch = { spec: { request: { method: 'HEAD' } } };
      await cluster.kubectl(
        ...['-n', namespace, 'patch', 'statusprobe', 'shop', '--type=merge', '-p', JSON.stringify(patch)],
      );
      await cluster.apply(ingress(namespace, 'shop', { probe: 'true', path: '/health' }, 'new.test'));
      const changed = await untilOnly(namespace, {
        spec: {
          target: { ingressRef: { host: 'new.test', path: '/health' } },
          interval: '30s',
          ...patch.spec,
        },
      });
      expect(changed.metadata.uid).toBe(made.metadata.uid);

      await cluster.kubectl('-n', namespace, 'annotate', 'ingress', 'shop', 'statusprobe.dev/probe-');
      await untilNamed(namespace);
    });

    it('takes HTTPRoutes as well, each host by itself', async () => {
      const namespace = await namespaceFor('routes');
      await cluster.apply({
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        metadata: { namespace, name: 'shop', annotations: annotated({ probe: 'true', path: '/health' }) },
        spec: { parentRefs: [{ name: 'web' }], hostnames: ['a.test', 'b.test'], rules: [{}] },
      });
      await untilNamed(namespace, 'shop-a-test', 'shop-b-test');
      const [first] = await probes(namespace);
      expect(first).toMatchObject({
        metadata: { ownerReferences: [{ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' }] },
        spec: { target: { httpRouteRef: { name: 'shop', host: 'a.test', path: '/health' } } },
      });
    });

    it('brings back what was changed or deleted by hand', async () => {
      const namespace = await namespaceFor('by-hand');
      await cluster.apply(service(namespace, 'web', { probe: 'true' }));
      const target = { serviceRef: { name: 'web', port: 8080, path: '/' } };
      const made = await untilOnly(namespace, { spec: { target } });
      const other = JSON.stringify({ spec: { target: { serviceRef: { port: 9090 } } } });
      await cluster.kubectl('-n', namespace, 'patch', 'statusprobe', 'web', '--type=merge', '-p', other);
      await untilOnly(namespace, { metadata: { uid: made.metadata.uid }, spec: { target } });
      await cluster.kubectl('-n', namespace, 'delete', 'statusprobe', 'web');
      const again = await untilOnly(namespace, { spec: { target } });
      expect(again.metadata.uid).not.toBe(made.metadata.uid);
    });

    it('goes with its object, by garbage collection, and comes back with a new one', async () => {
      const namespace = await namespaceFor('collected');
      await cluster.apply(ingress(namespace, 'shop', { probe: 'true' }));
      const made = await untilOnly(namespace, { metadata: { name: 'shop' } });
      await cluster.kubectl('-n', namespace, 'delete', 'ingress', 'shop');
      await cluster.apply(ingress(namespace, 'shop', { probe: 'true' }));
      await vi.waitFor(async () => {
        const [found, ...others] = await probes(namespace);
        expect(others).toEqual([]);
        expect(found?.metadata.name).toBe('shop');
        expect(found?.metadata.uid).not.toBe(made.metadata.uid);
      }, WAIT);
      await cluster.kubectl('-n', namespace, 'delete', 'ingress', 'shop');
      await untilNamed(namespace);
    });

    it('never touches what a person made, and says so once', async () => {
      const namespace = await namespaceFor('clash');
      const target = { ingressRef: { name: 'shop', host: 'shop.test', path: '/shop' } };
      await cluster.apply(probeOf(namespace, 'shop', target));
      await cluster.apply(ingress(namespace, 'shop', { probe: 'true' }));
      const sentence =
        'Ingress/shop: StatusProbe shop exists and was not made for this Ingress: delete or rename it, or annotate this Ingress with statusprobe.dev/probe: "false".';
      await vi.waitFor(async () => expect(await events(namespace)).toEqual([sentence]), WAIT);
      // The next look at the namespace has been when this one is there.
      await cluster.apply(ingress(namespace, 'next', { probe: 'true' }));
      await untilNamed(namespace, 'next', 'shop');
      const [, shop] = await probes(namespace);
      expect(shop?.metadata.ownerReferences).toBeUndefined();
      expect(shop?.metadata.labels).toBeUndefined();
      expect(await events(namespace)).toEqual([sentence]);

      await cluster.kubectl('-n', namespace, 'delete', 'statusprobe', 'shop');
      await vi.waitFor(
        async () => expect((await probes(namespace))[1]?.metadata.ownerReferences).toHaveLength(1),
        WAIT,
      );
    });

    it('tells of annotations that nobody understands, and leaves what there is', async () => {
      const namespace = await namespaceFor('mistakes');
      await cluster.apply(ingress(namespace, 'shop', { probe: 'true' }));
      await untilNamed(namespace, 'shop');
      await cluster.apply(
        ingress(namespace, 'shop', { probe: 'true', interval: 'often' }),
        service(namespace, 'web', { probe: 'certainly' }),
      );
      await vi.waitFor(
        async () =>
          expect([...(await events(namespace))].sort()).toEqual([
            'Ingress/shop: Annotation statusprobe.dev/interval must be a duration of h, m, s and ms from 1s to 24h, such as 30s or 1m30s.',
            'Service/web: Annotation statusprobe.dev/probe must be "true" or "false".',
          ]),
        WAIT,
      );
      expect(await names(namespace)).toEqual(['shop']);
    });

    it('takes whole namespaces in and out', async () => {
      const namespace = await namespaceFor('whole', { 'auto-probes': 'enabled' });
      await cluster.apply(
        ingress(namespace, 'shop'),
        ingress(namespace, 'silent', { probe: 'false' }),
        service(namespace, 'web'),
        service(namespace, 'shop', { probe: 'true' }),
      );
      await untilNamed(namespace, 'shop', 'shop-service');
      await cluster.kubectl(
        'label',
        'namespace',
        namespace,
        '--overwrite',
        'statusprobe.dev/auto-probes=disabled',
      );
      await untilNamed(namespace);
      await cluster.kubectl(
        'label',
        'namespace',
        namespace,
        '--overwrite',
        'statusprobe.dev/auto-probes=often',
      );
      await untilNamed(namespace, 'shop');
      await vi.waitFor(
        async () =>
          expect(await events('default')).toEqual([
            'Namespace/whole: Label statusprobe.dev/auto-probes must be "enabled" or "disabled".',
          ]),
        WAIT,
      );
    });

    it('is done by one replica for each namespace, and goes on when that one leaves', async () => {
      const second = await startOperator(...args, '--automatic-probes', '--instance', 'second');
      await whenReady(second);
      const namespaces = await Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          namespaceFor(`shared-${index}`, { 'auto-probes': 'enabled' }),
        ),
      );
      await cluster.apply(...namespaces.map((namespace) => ingress(namespace, 'shop', {})));
      for (const namespace of namespaces) await untilNamed(namespace, 'shop');
      const generations = async () =>
        JSON.parse(await cluster.kubectl('get', 'statusprobes', '-A', '-o', 'json')).items.map(
          ({ metadata }: { metadata: { generation: number } }) => metadata.generation,
        );
      const before = await generations();
      expect(await second.stop()).toBe(0);
      await cluster.apply(...namespaces.map((namespace) => ingress(namespace, 'late', {})));
      for (const namespace of namespaces) await untilNamed(namespace, 'late', 'shop');
      expect((await generations()).filter((each: number) => each > 1)).toEqual(
        before.filter((each: number) => each > 1),
      );
      expect([...operator.log, ...second.log].filter(({ level }) => level >= 50)).toEqual([]);
    });

    it('does nothing unless it is asked to', async () => {
      expect(await operator.stop()).toBe(0);
      operator = await startOperator(...args, '--instance', 'third');
      await whenReady(operator);
      const namespace = await namespaceFor('unasked', { 'auto-probes': 'enabled' });
      await cluster.apply(
        ingress(namespace, 'shop', { probe: 'true' }),
        probeOf(namespace, 'by-hand', { ingressRef: { name: 'shop' } }),
      );
      await untilVisited(namespace, 'by-hand');
      expect(await names(namespace)).toEqual(['by-hand']);
    });

    it('is done for the one namespace of an operator, by the label of it', async () => {
      expect(await operator.stop()).toBe(0);
      const namespace = await namespaceFor('alone', { 'auto-probes': 'enabled' });
      const elsewhere = await namespaceFor('elsewhere', { 'auto-probes': 'enabled' });
      await cluster.apply(ingress(namespace, 'shop'), ingress(elsewhere, 'shop'));
      const flags = ['--automatic-probes', '--namespace', namespace, '--instance', 'fourth'];
      operator = await startOperator(...args, ...flags);
      await untilNamed(namespace, 'shop');
      expect(await names(elsewhere)).toEqual([]);
    });
  },
);
