import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type ApiServer, startApiServer, whyNoApiServer } from '../support/apiserver.ts';
import { isLeftOut } from '../support/left-out.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MAIN = path.join(ROOT, 'src/main.ts');
const CANARY = 'canary-5d1e0b';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let api: ApiServer;
let folder: string;
let target: Server;
let port: number;

const MANIFESTS = (): string => `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: Secret
metadata: { name: login, namespace: shop }
stringData: { header: "Bearer ${CANARY}" }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop, namespace: shop }
spec:
  rules:
    - host: shop.test
      http:
        paths:
          - { path: /cart, pathType: Prefix, backend: { service: { name: shop, port: { number: 80 } } } }
    - host: "*.shop.test"
      http:
        paths:
          - { path: /, pathType: Prefix, backend: { service: { name: shop, port: { number: 80 } } } }
---
apiVersion: v1
kind: Service
metadata: { name: shop, namespace: shop, annotations: { example.com/api-key: ${CANARY} } }
spec:
  selector: { app: shopp }
  ports: [{ port: 80, targetPort: 8080 }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop, namespace: shop }
spec:
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec: { containers: [{ name: shop, image: "shop:1", env: [{ name: KEY, value: ${CANARY} }] }] }
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: { name: traefik }
spec: { controller: traefik.io/ingress-controller }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: inside, namespace: default }
spec:
  ingressClassName: traefik
  defaultBackend: { service: { name: shop, port: { number: 80 } } }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: default, namespace: default }
---
apiVersion: v1
kind: Pod
metadata: { name: traefik, namespace: default, labels: { app.kubernetes.io/name: traefik } }
spec: { containers: [{ name: traefik, image: "traefik:v3" }] }
---
apiVersion: statusprobe.dev/v1alpha1
kind: StatusProbe
metadata: { name: stored, namespace: shop }
spec:
  target: { url: "http://shop.test/cart" }
  timeout: 2s
  request:
    headers:
      - { name: Authorization, valueFrom: { secretKeyRef: { name: login, key: header } } }
    connectTo: { host: 127.0.0.1, port: ${port} }
`;

const environment = (more: Readonly<Record<string, string>> = {}) => ({
  PATH: process.env.PATH,
  HOME: folder,
  KUBECONFIG: api.kubeconfigPath,
  LANG: 'C.UTF-8',
  ...more,
});

/** Runs `statusprobe` as a process of its own. */
async function statusprobe(
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: environment(more),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const parts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    parts.stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    parts.stderr += chunk;
  });
  const [code] = await once(child, 'close');
  return { code: code as number | null, ...parts };
}

/** What a terminal of so many columns shows. */
async function onTerminal(
  columns: number,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
) {
  const script = `
import fcntl, os, pty, struct, sys, termios
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
    os.execv(sys.argv[2], sys.argv[2:])
shown = b""
while True:
    try:
        chunk = os.read(terminal, 4096)
    except OSError:
        break
    if not chunk:
        break
    shown += chunk
os.waitpid(child, 0)
sys.stdout.buffer.write(shown)
`;
  const { stdout } = await promisify(execFile)(
    'python3',
    ['-c', script, String(columns), process.execPath, MAIN, ...args],
    { env: environment(more) },
  );
  return stdout.replaceAll('\r\n', '\n');
}

const refusal = (sentence: string | RegExp) => ({
  code: 2,
  stdout: '',
  stderr: typeof sentence === 'string' ? `statusprobe: ${sentence}\n` : expect.stringMatching(sentence),
});

const url = () => `http://127.0.0.1:${port}/`;
const isSkipped = isLeftOut('the command line on a real API server', whyNoApiServer());

describe.skipIf(isSkipped)('the command line on a real API server', { timeout: 60_000 }, () => {
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'command-line-'));
    target = createServer((request, response) => {
      response.writeHead(503, { 'content-type': 'text/plain' });
      response.end(`You sent ${request.headers.authorization ?? 'nothing'}`);
    }).listen(0, '127.0.0.1');
    await once(target, 'listening');
    ({ port } = target.address() as AddressInfo);
    api = await startApiServer();
    const manifests = path.join(folder, 'manifests.yaml');
    await writeFile(manifests, MANIFESTS());
    expect(await api.kubectl('apply', '--server-side', '-f', path.join(ROOT, 'crds'))).toMatchObject({
      succeeded: true,
    });
    // A StatusProbe is refused until the API server serves its path.
    await vi.waitFor(
      async () => expect(await api.kubectl('apply', '-f', manifests)).toMatchObject({ succeeded: true }),
      { timeout: 60_000, interval: 200 },
    );
  });
  afterAll(async () => {
    await api?.stop();
    target?.close();
    await rm(folder, { recursive: true });
  });

  test('discover suggests, creates what is not there, and its manifests are valid', async () => {
    const suggested = await statusprobe(['discover', '-n', 'shop']);
    expect(suggested).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/passed over: Ingress\/shop: \*\.shop\.test/),
    });
    expect([parseAllDocuments(suggested.stdout)].flat().map((document) => document.toJS())).toEqual([
      {
        apiVersion: 'statusprobe.dev/v1alpha1',
        kind: 'StatusProbe',
        metadata: { name: 'shop-shop-test', namespace: 'shop' },
        spec: { target: { ingressRef: { name: 'shop', host: 'shop.test', path: '/cart' } } },
      },
    ]);
    const file = path.join(folder, 'probes.yaml');
    await writeFile(file, suggested.stdout);
    expect(await statusprobe(['validate', file])).toMatchObject({
      code: 0,
      stdout: `${file}: 1 StatusProbe is valid\n`,
    });
    const apply = ['discover', '-n', 'shop', '--apply'];
    expect((await statusprobe(apply)).stdout).toBe('statusprobe/shop-shop-test created\n');
    expect((await statusprobe(apply)).stdout).toBe(
      'statusprobe/shop-shop-test exists and is left as it is\n',
    );
  });

  test('get prints the columns that kubectl prints', async () => {
    const { code, stdout } = await statusprobe(['get', 'stored', '-n', 'shop', '-o', 'wide']);
    const kubectl = await api.kubectl('get', 'stp', 'stored', '-n', 'shop', '-o', 'wide');
    const titles = (text: string) =>
      text
        .split('\n')[0]
        ?.split(/ {2,}/)
        .filter((title) => title !== '');
    expect(code).toBe(0);
    expect(titles(stdout)).toEqual(titles(kubectl.stdout));
    expect(
      JSON.parse((await statusprobe(['get', 'stored', '-n', 'shop', '-o', 'json'])).stdout),
    ).toMatchObject({
      kind: 'StatusProbe',
      metadata: { name: 'stored' },
    });
    expect((await statusprobe(['get', '-A'])).stdout).toMatch(/^NAMESPACE +NAME.*\nshop +shop-shop-test/);
  });

  test('a bundle is judged as the target was, by whoever has the folder alone, and holds no secret', async () => {
    const to = path.join(folder, 'bundle');
    const live = await statusprobe(['diagnose', 'statusprobe/stored', '-n', 'shop', '-o', 'json']);
    expect(live.code).toBe(1);
    expect(JSON.parse(live.stdout).verdict).toMatchObject({
      owner: 'DevOps',
      reason: 'SelectorMatchesNoPods',
    });
    const bundled = await statusprobe(['bundle', 'statusprobe/stored', '-n', 'shop', '--to', to]);
    expect(bundled).toMatchObject({ code: 1, stderr: '' });
    const files = await readdir(to);
    const texts = await Promise.all(files.map((file) => readFile(path.join(to, file), 'utf8')));
    expect(texts.join('')).toContain('You sent');
    expect(texts.join('')).not.toContain(CANARY);
    const again = await statusprobe(['diagnose', '--from', to, '-o', 'json'], { KUBECONFIG: '/nowhere' });
    expect(again.code).toBe(1);
    const judged = (text: string) => {
      const { verdict, path: way, findings, notChecked, matrix } = JSON.parse(text);
      return JSON.stringify({ verdict, way, findings, notChecked, matrix });
    };
    expect(judged(again.stdout)).toBe(judged(live.stdout));
    expect(await statusprobe(['bundle', url(), '--to', to])).toEqual(
      refusal(`${to} is not empty: give a folder that is, or that does not exist yet`),
    );
  });

  test('what kubectl dumped is judged for a code; what it does not dump is not missing', async () => {
    const to = path.join(folder, 'dump');
    expect(await api.kubectl('cluster-info', 'dump', '-A', `--output-directory=${to}`)).toMatchObject({
      succeeded: true,
    });
    const ask = (about: string) =>
      statusprobe(['diagnose', about, '-n', 'shop', '--from', to, '--code', '503', '-o', 'json']);
    const ingress = JSON.parse((await ask('ingress/shop')).stdout);
    expect(ingress.verdict).toMatchObject({ owner: 'Unknown' });
    expect(ingress.notChecked).toEqual([
      { check: 'dns-address', reason: 'NotConfigured', message: 'ingresses are not in the dump' },
    ]);
    for (const plural of ['ingresses', 'endpointslices', 'statefulsets']) {
      const { stdout } = await api.kubectl('get', plural, '-n', 'shop', '-o', 'json');
      await writeFile(path.join(to, 'shop', `${plural}.json`), stdout);
    }
    const { code, stdout } = await ask('service/shop');
    expect(JSON.parse(stdout).verdict).toMatchObject({ owner: 'DevOps', reason: 'SelectorMatchesNoPods' });
    expect(code).toBe(1);
    const observation = path.join(folder, 'observation.yaml');
    await writeFile(
      observation,
      'namespace: shop\ntarget: { serviceRef: { name: shop, port: 80 } }\nobservation: { code: 503 }\n',
    );
    const observed = await statusprobe([
      'diagnose',
      '--from',
      to,
      '--observation',
      observation,
      '-o',
      'json',
    ]);
    expect(observed.stdout).toBe(stdout);
    expect(await statusprobe(['diagnose', '--from', to])).toEqual(
      refusal(
        `${to} has no observation.yaml: give a target and --code to ask why it would answer so, or --observation FILE`,
      ),
    );
  });

  test('kubectl finds the plugin', async () => {
    const before = process.env.PATH;
    process.env.PATH = `${path.join(ROOT, 'bin')}:${before}`;
    try {
      expect((await api.kubectl('plugin', 'list')).stdout).toContain('/kubectl-statusprobe\n');
    } finally {
      process.env.PATH = before;
    }
  });

  test('who may not is told what is missing', async () => {
    const unprivileged = { KUBECONFIG: api.unprivilegedKubeconfigPath };
    expect(await statusprobe(['get', '-n', 'shop'], unprivileged)).toEqual(
      refusal(
        'statusprobes.statusprobe.dev is forbidden: User "unprivileged" cannot list resource "statusprobes" in API group "statusprobe.dev" in the namespace "shop"',
      ),
    );
    expect(await statusprobe(['discover', '-n', 'shop'], unprivileged)).toEqual(
      refusal('Forbidden: may not list ingresses in namespace shop'),
    );
    expect(await statusprobe(['diagnose', 'ingress/shop', '-n', 'shop'], unprivileged)).toEqual(
      refusal('Ingress shop could not be looked up: Forbidden: may not get ingresses shop in namespace shop'),
    );
    const url503 = await statusprobe(['diagnose', url(), '-o', 'json'], unprivileged);
    expect(url503.code).toBe(1);
    expect(JSON.parse(url503.stdout).notChecked).toContainEqual(
      expect.objectContaining({ reason: 'Forbidden' }),
    );
  });

  test('what cannot be run ends with 2 and one sentence', async () => {
    const closed = path.join(folder, 'closed.kubeconfig');
    await writeFile(
      closed,
      (await readFile(api.kubeconfigPath, 'utf8')).replace(/server: .*/, 'server: https://127.0.0.1:1'),
    );
    const latin = path.join(folder, 'latin.yaml');
    await writeFile(latin, Buffer.from('# caf\u00e9', 'latin1'));
    const sentences: [readonly string[], string | RegExp, Readonly<Record<string, string>>?][] = [
      [
        ['get'],
        'cannot reach the API server at https://127.0.0.1:1: the connection was refused',
        { KUBECONFIG: closed },
      ],
      [
        ['diagnose', url()],
        'cannot reach the API server at https://127.0.0.1:1: the connection was refused',
        { KUBECONFIG: closed },
      ],
      [
        ['get', '--kubeconfig', '/nowhere'],
        /^statusprobe: The kubeconfig cannot be read: [^\n]*\/nowhere[^\n]*\n$/,
      ],
      [
        ['get', 'nobody', '-n', 'shop'],
        'there is no StatusProbe nobody in namespace shop: statusprobe get -A lists them',
      ],
      [
        ['diagnose', 'stp/nobody', '-n', 'shop'],
        'there is no StatusProbe nobody in namespace shop: statusprobe get -A lists them',
      ],
      [
        ['diagnose', 'service/shop', '-n', 'shop'],
        /^statusprobe: Service shop can be asked only from the cluster's network: [^\n]+\n$/,
      ],
      [
        ['diagnose', 'ingress/inside'],
        /^statusprobe: The address of Ingress inside could not be looked up: it has none of its own, [^\n]+ --cluster-network [^\n]+\n$/,
      ],
      [
        ['diagnose', 'ingress/shop', '--path', 'cart'],
        /^statusprobe: spec\.target\.ingressRef\.path must begin with one slash[^\n]+\n$/,
      ],
      [
        ['diagnose', 'http://169.254.169.254/'],
        '169.254.169.254 may not be probed by rule CloudMetadata. No setting allows it.',
      ],
      [['diagnose', url(), '--code', '502'], '--code goes with --from: give the folder that is judged'],
      [['diagnose', '--from', '/nowhere'], '/nowhere is not a folder that can be read'],
      [['validate', '/nowhere'], '/nowhere cannot be read: ENOENT'],
      [['validate', latin], `${latin} is not UTF-8: save it in that encoding`],
      [['validate', path.join(ROOT, 'package.json')], /holds no StatusProbe/],
      [
        ['diagnose', '--qqqqq'],
        /^error: unknown option '--qqqqq'\nRun statusprobe --help to see what there is\.\n$/,
      ],
    ];
    const ended = await Promise.all(sentences.map(([args, , more]) => statusprobe(args, more)));
    expect(ended).toEqual(sentences.map(([, sentence]) => refusal(sentence)));
  });

  test('--watch goes on until it is told to stop, and ends with the last verdict', async () => {
    const child = spawn(
      process.execPath,
      [MAIN, 'diagnose', url(), '--watch', '--interval', '1s', '-o', 'json'],
      {
        env: environment(),
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    let asked = 0;
    const twice = Promise.withResolvers<void>();
    const count = () => {
      asked += 1;
      if (asked === 2) twice.resolve();
    };
    target.on('request', count);
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk;
    });
    await twice.promise;
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    target.off('request', count);
    expect(code).toBe(1);
    expect(JSON.parse(printed).lastProbe.code).toBe(503);
  });

  test('a reader that has seen enough is no error', async () => {
    const line = `"${process.execPath}" "${MAIN}" checks -o json | head -1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', line], { env: environment() });
    expect([stdout, stderr]).toEqual(['[\n0\n', '']);
  });

  test('a narrow terminal gets short lines in colour, after a line of progress that goes away', async () => {
    const shown = await onTerminal(40, ['diagnose', url()]);
    const lines = stripVTControlCharacters(shown.replaceAll('\r\u001b[K', '\n')).split('\n');
    expect(shown).toContain(`\r\u001b[KAsking ${url()}`);
    expect(shown).toContain('\u001b[31mfailing\u001b[39m');
    expect(lines.filter((line) => line.length > 40 && line.includes(' ', 8))).toEqual([]);
  });

  test('NO_COLOR and a locale without UTF-8 are heeded', async () => {
    const shown = await onTerminal(80, ['explain', '502'], { NO_COLOR: '1', LC_ALL: 'C' });
    const verdict = await onTerminal(80, ['diagnose', url()], { NO_COLOR: '1', LC_ALL: 'C' });
    expect(shown).toMatch(/^502 Bad Gateway/);
    expect(verdict).not.toContain('\u001b[3');
    expect([...verdict].filter((sign) => sign > '~')).toEqual([]);
    expect(verdict).toContain('Unknown - Unknown');
  });
});
