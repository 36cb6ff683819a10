import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../../hack/crd.ts';
import { ADDON_ROLES } from '../../hack/generate-install-files.ts';
import { INSTALL_MANIFEST, installManifest, releaseImage } from '../../hack/render-install.ts';
import { parseLinks } from '../../src/operator/links/link-templates.ts';
import { type ApiServer, startApiServer, whyNoApiServer } from '../support/apiserver.ts';
import {
  CHART,
  createHelm,
  type HelmResult,
  type Manifest,
  manifestsIn,
  whyNoHelm,
} from '../support/helm.ts';
import { isLeftOut } from '../support/left-out.ts';

const isSkipped = isLeftOut('installing', whyNoApiServer() ?? whyNoHelm());

const NAMESPACE = 'statusprobe-system';
const MINUTE = 60_000;
const readText = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

/** The spec of the one object of a kind. */
function specOf<Spec>(manifests: readonly Manifest[], kind: string): Spec {
  const found = manifests.filter((manifest) => manifest.kind === kind);
  expect(found).toHaveLength(1);
  return found[0]?.spec as Spec;
}

/** Deployment and rights, without what tells the chart's labels from those of deploy/base. */
function essence(manifests: readonly Manifest[]) {
  const roles = manifests.filter(({ kind }) => /Role(Binding)?$/.test(kind));
  const { containers, ...pod } = specOf<PodTemplateOwner>(manifests, 'Deployment').template.spec;
  const [container] = containers;
  return {
    roles: Object.fromEntries(
      roles.map(({ kind, metadata: { name, namespace = '', labels }, rules, roleRef, subjects }) => [
        `${kind} ${namespace}/${name}`,
        {
          rules,
          roleRef,
          subjects: (subjects as object[] | undefined)?.map((subject) => ({
            namespace: NAMESPACE,
            ...subject,
          })),
          isAggregated: labels?.['rbac.authorization.k8s.io/aggregate-to-view'],
        },
      ]),
    ),
    pod,
    container: { ...container, image: undefined, imagePullPolicy: undefined } as Record<string, unknown>,
  };
}

interface PodTemplateOwner {
  readonly template: { readonly spec: { readonly containers: readonly [Record<string, unknown>] } };
}

describe.skipIf(isSkipped)('installing', { timeout: MINUTE }, () => {
  let server: ApiServer;
  let helm: (...args: readonly string[]) => HelmResult;
  let kubectlPath: string;

  beforeAll(async () => {
    server = await startApiServer();
    helm = createHelm({ KUBECONFIG: server.kubeconfigPath });
    const build = execFileSync(new URL('hack/cluster/build.sh', ROOT).pathname, ['kubernetes']);
    kubectlPath = join(build.toString().trim(), 'kubectl');
  }, 10 * MINUTE);

  afterAll(() => server?.stop());

  const kustomize = (folder: string) =>
    manifestsIn(
      execFileSync(kubectlPath, ['kustomize', new URL(folder, ROOT).pathname], { encoding: 'utf8' }),
    );

  function template(...args: readonly string[]): readonly Manifest[] {
    const { succeeded, stdout, stderr } = helm(
      ...['template', 'statusprobe', CHART, '--namespace', NAMESPACE, '--kube-version', '1.32.0'],
      ...args,
    );
    if (!succeeded) throw new Error(stderr);
    return manifestsIn(stdout);
  }

  async function kubectl(...args: readonly string[]): Promise<string> {
    const { succeeded, stdout, stderr } = await server.kubectl(...args);
    if (!succeeded) throw new Error(stderr);
    return stdout;
  }

  it('the chart gives the same rights and the same container as deploy/base', () => {
    expect(essence(template())).toEqual(essence(kustomize('deploy/base')));
  });

  it('the chart has every add-on that grants rights, with the same rules', () => {
    const enabled = ADDON_ROLES.flatMap(({ rules }) => {
      const value = rules.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
      return ['--set', `addons.${value}.enabled=true`];
    });
    const { roles } = essence(template(...enabled));
    for (const { file, role } of ADDON_ROLES) {
      const [clusterRole, binding] = manifestsIn(readText(file));
      expect(roles[`ClusterRole /${role}`]?.rules).toEqual(clusterRole?.rules);
      expect(roles[`ClusterRoleBinding /${role}`]?.roleRef).toEqual(binding?.roleRef);
    }
  });

  it('the chart has the CRD whole, and keeps it', () => {
    const [crd] = template('--show-only', 'templates/crd.yaml');
    const original = parse(readText('crds/statusprobes.yaml')) as Manifest;
    expect(crd?.spec).toEqual(original.spec);
    expect(crd?.metadata.annotations).toEqual({
      ...original.metadata.annotations,
      'helm.sh/resource-policy': 'keep',
    });
  });

  it('one namespace takes nothing of the cluster, with Kustomize and with Helm', () => {
    const kinds = (manifests: readonly Manifest[]) =>
      new Set(manifests.map(({ kind, metadata }) => `${kind} in ${metadata.namespace}`));
    const ofOneNamespace = ['ServiceAccount', 'Role', 'RoleBinding', 'Deployment'].map(
      (kind) => `${kind} in shop`,
    );
    const overlay = kustomize('deploy/overlays/one-namespace');
    const rendered = template('--namespace=shop', '--set=watchNamespace=shop,crds.enabled=false');
    expect(kinds(overlay)).toEqual(new Set(ofOneNamespace));
    expect(kinds(rendered)).toEqual(new Set(ofOneNamespace));
    expect(essence(rendered).container.args).toEqual(['run', '--namespace=shop']);
    expect(essence(overlay).container.args).toEqual(['run', '--namespace=$(POD_NAMESPACE)']);
  });

  it('the AWS overlay names the role of the ServiceAccount', () => {
    const account = kustomize('deploy/overlays/aws-irsa').find(({ kind }) => kind === 'ServiceAccount');
    expect(Object.keys(account?.metadata.annotations ?? {})).toEqual(['eks.amazonaws.com/role-arn']);
  });

  it('everything optional can be switched on', () => {
    const manifests = template(
      ...[
        'serviceMonitor',
        'podMonitor',
        'prometheusRule',
        'dashboard',
        'networkPolicy',
        'podDisruptionBudget',
      ].map((part) => `--set=${part}.enabled=true`),
      '--set=prometheusRule.runbookURL=https://wiki.example/runbooks/,operator.policy.clusterCIDRs={10.0.0.0/8}',
    );
    const rules = JSON.stringify(specOf(manifests, 'PrometheusRule'));
    expect(rules).toContain('https://wiki.example/runbooks/{{ $labels.reason }}.md');
    expect(rules).not.toContain('docs/runbooks');
    const dashboard = manifests.find(({ metadata }) => metadata.name === 'statusprobe-dashboard');
    const data = dashboard?.data as Record<string, string> | undefined;
    expect(JSON.stringify(JSON.parse(data?.['statusprobe.json'] ?? ''))).toMatch(
      /"url":"https:\/\/wiki\.example\/runbooks\/\$\{__data\.fields\.reason\}\.md"/,
    );
    const { endpoints } = (
      parse(readText('deploy/scrape/service-monitor.yaml')) as { spec: { endpoints: unknown } }
    ).spec;
    expect(specOf(manifests, 'ServiceMonitor')).toMatchObject({ endpoints });
    expect(specOf(manifests, 'PodMonitor')).toMatchObject({ podMetricsEndpoints: endpoints });
    const policy = manifests.find(({ metadata }) => metadata.name === 'statusprobe-policy');
    expect(policy?.data).toEqual({ 'policy.yaml': 'clusterCIDRs:\n- 10.0.0.0/8\n' });
    const own = manifests.filter(({ apiVersion }) => !apiVersion.startsWith('monitoring.coreos.com'));
    const kinds = own.map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['NetworkPolicy', 'PodDisruptionBudget', 'Service']));
  });

  it('the web page stays within its Pod, unless its address says otherwise', () => {
    const values = (...more: readonly string[]) =>
      template('--set=addons.web.enabled=true,networkPolicy.enabled=true', ...more);
    const within = values();
    expect(essence(within).container.args).toEqual(['run', '--web=127.0.0.1:8082']);
    expect(within.filter(({ kind }) => kind === 'Service')).toEqual([]);
    expect(specOf<{ ingress: unknown[] }>(within, 'NetworkPolicy').ingress).toHaveLength(1);
    expect(essence(kustomize('test/fixtures/overlays/web')).container.args).toEqual(['run', '--web']);

    const beyond = values('--set=addons.web.address=0.0.0.0:9000');
    expect(essence(beyond).container.args).toEqual(['run', '--web=0.0.0.0:9000']);
    expect(specOf(beyond, 'Service')).toMatchObject({ ports: [{ name: 'web', port: 80, targetPort: 9000 }] });
    expect(specOf(beyond, 'NetworkPolicy')).toMatchObject({
      ingress: [{}, { ports: [{ port: 9000 }], from: [{ podSelector: {} }] }],
    });
  });

  it('automatic probes, links and notifications, with Kustomize and with Helm', () => {
    const values = [
      'addons.automaticProbes.enabled=true',
      'operator.links[0].name=Logs',
      'operator.links[0].url=https://logs.example/?pod=\\{pod\\}',
      'notifications.secretName=statusprobe-notifications',
    ];
    const chart = template(...values.map((value) => `--set=${value}`));
    const overlay = kustomize('test/fixtures/overlays/addons');
    const ofKind = (manifests: readonly Manifest[], part: 'volumes' | 'volumeMounts') => {
      const { pod, container } = essence(manifests);
      return ({ ...pod, ...container } as Record<string, unknown>)[part];
    };
    for (const part of ['volumes', 'volumeMounts'] as const) {
      expect(ofKind(overlay, part)).toHaveLength(2);
      expect(ofKind(overlay, part)).toEqual(expect.arrayContaining(ofKind(chart, part) as unknown[]));
    }
    const args = [essence(chart), essence(overlay)].map(({ container }) =>
      [...(container.args as string[])].sort(),
    );
    expect(args[0]).toEqual(args[1]);
    expect(args[0]).toContain('--automatic-probes');
    const links = chart.find(({ metadata }) => metadata.name === 'statusprobe-links')?.data as {
      'links.yaml': string;
    };
    expect(parseLinks(links['links.yaml'])).toEqual([
      { name: 'Logs', url: 'https://logs.example/?pod={pod}' },
    ]);
  });

  it.each([
    ['replicaCounts=2', "additional properties 'replicaCounts' not allowed"],
    ['operator.logLevel=loud', 'value must be one of'],
    ['image.repository=', 'minLength'],
    ['serviceMonitor.interval=often', 'does not match pattern'],
    ['addons.secrets=true', 'want object'],
    ['addons.web.address=:8082', 'does not match pattern'],
  ])('values that make no sense are refused: %s', (value, said) => {
    const { succeeded, stderr } = helm('template', 'x', CHART, '--kube-version=1.32.0', `--set=${value}`);
    expect(succeeded).toBe(false);
    expect(stderr).toContain(said);
  });

  it('every value is documented and in the schema', () => {
    const { properties } = JSON.parse(readText('deploy/chart/values.schema.json')) as {
      properties: Record<string, unknown>;
    };
    const values = parse(readText('deploy/chart/values.yaml')) as Record<string, unknown>;
    expect(Object.keys(values).sort()).toEqual(
      Object.keys(properties)
        .filter((key) => key !== 'global')
        .sort(),
    );
    expect(helm('lint', '--strict', CHART).stdout).toContain('0 chart(s) failed');
  });

  it('every value and every folder that docs/install.md names is there', () => {
    const docs = readText('docs/install.md');
    const values = parse(readText('deploy/chart/values.yaml')) as Record<string, unknown>;
    const table = docs.slice(docs.indexOf('| value |'), docs.indexOf('Names of what belongs'));
    const firstCells = table.replaceAll(/^(\|[^|]*\|).*$/gm, '$1');
    const named = [...firstCells.matchAll(/`(\w+(?:\.\w+)*)`/g)].map(([, name = '']) => name);
    const chartValue = (name: string) =>
      name
        .split('.')
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], values);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => chartValue(name) === undefined)).toEqual([]);
    const folders = [...docs.matchAll(/`(deploy\/[\w/-]+)`/g)].map(([, folder = '']) => folder);
    for (const folder of folders) expect(readdirSync(new URL(folder, ROOT))).not.toEqual([]);
    for (const addon of readdirSync(new URL('deploy/addons/', ROOT))) expect(docs).toContain(`\`${addon}\``);
  });

  it('the manifest can be printed with another image', () => {
    const image = 'registry.example/statusprobe:0.1.0';
    const manifests = manifestsIn(installManifest(image, kubectlPath));
    const { template } = specOf<PodTemplateOwner>(manifests, 'Deployment');
    expect(template.spec.containers[0].image).toBe(image);
  });

  it('the chart has the version of the program', () => {
    const { version } = JSON.parse(readText('package.json')) as { version: string };
    expect(parse(readText('deploy/chart/Chart.yaml'))).toMatchObject({ version, appVersion: version });
  });

  it('deploy/install.yaml is what crds/ and deploy/base say (else run: npm run generate)', () => {
    expect(readFileSync(INSTALL_MANIFEST, 'utf8')).toBe(installManifest(releaseImage(), kubectlPath));
  });

  it('helm installs, upgrades with the CRD, and uninstalls but for the CRD and what users wrote', async () => {
    const release = ['statusprobe', CHART, '--namespace', 'tools', '--create-namespace'];
    const run = (...args: readonly string[]) => {
      const result = helm(...args);
      if (!result.succeeded) throw new Error(result.stderr);
      return result.stdout;
    };
    const crd = async () =>
      JSON.parse(await kubectl('get', 'crd', 'statusprobes.statusprobe.dev', '-o', 'json')) as Manifest;
    expect(run('install', ...release)).toContain('The project publishes no image');
    const sample = new URL('deploy/samples/url.yaml', ROOT).pathname;
    await vi.waitFor(() => kubectl('apply', '-f', sample), { timeout: 30_000, interval: 200 });
    await kubectl(
      'annotate',
      '--overwrite',
      'crd/statusprobes.statusprobe.dev',
      'statusprobe.dev/schema-version=0',
    );
    const schemaVersion = (await crd()).metadata.annotations?.['statusprobe.dev/schema-version'];
    expect(schemaVersion).toBe('0');

    run(
      'upgrade',
      ...release,
      '--set=replicaCount=3,image.repository=registry.example/statusprobe,image.tag=1.2.3',
    );
    expect((await crd()).metadata.annotations?.['statusprobe.dev/schema-version']).toBe(
      (parse(readText('crds/statusprobes.yaml')) as Manifest).metadata.annotations?.[
        'statusprobe.dev/schema-version'
      ],
    );
    const { spec } = JSON.parse(
      await kubectl('-n', 'tools', 'get', 'deployment', 'statusprobe', '-o', 'json'),
    ) as {
      spec: { replicas: number } & PodTemplateOwner;
    };
    expect([spec.replicas, spec.template.spec.containers[0].image]).toEqual([
      3,
      'registry.example/statusprobe:1.2.3',
    ]);

    const before = await kubectl('get', 'statusprobes', '-A', '-o', 'name');
    run('uninstall', 'statusprobe', '--namespace', 'tools');
    expect(await kubectl('get', 'statusprobes', '-A', '-o', 'name')).toBe(before);
    expect(before).not.toBe('');
    const left = 'clusterroles,clusterrolebindings,deployments,roles,rolebindings,serviceaccounts';
    expect(await kubectl('get', left, '-A', '-o', 'name', '-l', 'app.kubernetes.io/name=statusprobe')).toBe(
      '',
    );

    run('install', ...release);
    run('uninstall', 'statusprobe', '--namespace', 'tools');
  });

  it('deploy/install.yaml, every overlay and every optional manifest are taken by the API server', async () => {
    await kubectl('apply', '--server-side', '--force-conflicts', '-f', INSTALL_MANIFEST.pathname);
    await kubectl('create', 'namespace', 'shop');
    for (const overlay of readdirSync(new URL('deploy/overlays/', ROOT)))
      await kubectl('apply', '-k', new URL(`deploy/overlays/${overlay}`, ROOT).pathname);
    for (const file of ['deploy/scrape/service.yaml', 'deploy/samples'])
      await kubectl('apply', '--dry-run=server', '-f', new URL(file, ROOT).pathname);
    const deployments = await kubectl('get', 'deployments', '-A', '-o', 'name');
    expect(deployments.trim().split('\n')).toEqual([
      'deployment.apps/statusprobe',
      'deployment.apps/statusprobe',
    ]);
  });
});
