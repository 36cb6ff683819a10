import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { type ApiServer, startApiServer, whyNoApiServer } from '../support/apiserver.ts';
import { startBrowser } from '../support/browser.ts';
import { openEventStream } from '../support/event-stream.ts';
import { isLeftOut } from '../support/left-out.ts';
import { startOperator } from '../support/operator-process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = join(ROOT, 'src/main.ts');
const SYSTEM = 'statusprobe-system';
/** Nobody may find it in the page, wherever it stands in the cluster. */
const CANARY = 'canary-9f2c7be1';
const SUMMARY = 'Service cart sends to port 8081, where nothing listens';

vi.setConfig({ testTimeout: 60_000 });

const isSkipped = isLeftOut('the web page on a real API server', whyNoApiServer());

const statusProbe = (namespace: string, name: string) => ({
  apiVersion: 'statusprobe.dev/v1alpha1',
  kind: 'StatusProbe',
  metadata: { namespace, name, annotations: { note: CANARY }, labels: { note: CANARY } },
  spec: {
    target: { url: `http://${name}.test/?token=${CANARY}#${CANARY}` },
    // Stored, and probed by nobody.
    suspend: true,
    request: { headers: [{ name: 'X-Tenant', value: CANARY }], body: CANARY, method: 'POST' },
    expect: { body: { matches: [CANARY] } },
  },
});

const secret = (namespace: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace, name: 'login' },
  stringData: { token: CANARY },
});

describe.skipIf(isSkipped)('the page on a real API server', () => {
  let server: ApiServer;
  let directory: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'statusprobe-web-'));
    server = await startApiServer();
    await kubectl('apply', '--server-side', '-f', join(ROOT, 'crds'));
    await kubectl('apply', '-k', join(ROOT, 'deploy/base'));
    for (const namespace of ['shop', 'bank']) {
      await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
      await apply(secret(namespace));
    }
    await vi.waitFor(() => apply(statusProbe('shop', 'cart')), { timeout: 30_000, interval: 200 });
    await apply(statusProbe('bank', 'vault'));
    await judge('shop', 'cart', 'DevOps', SUMMARY);
    await judge('bank', 'vault', 'Developer', 'Deployment vault crashes');
  }, 120_000);

  afterAll(async () => {
    await server?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function kubectl(...command: string[]): Promise<string> {
    const { succeeded, stdout, stderr } = await server.kubectl(...command);
    if (!succeeded) throw new Error(`kubectl ${command.join(' ')}: ${stderr}`);
    return stdout;
  }

  async function apply(object: object): Promise<void> {
    const file = join(directory, `${crypto.randomUUID()}.yaml`);
    writeFileSync(file, stringify(object));
    await kubectl('apply', '-f', file);
  }

  /** Writes a status as an operator would. */
  async function judge(namespace: string, name: string, owner: string, summary: string): Promise<void> {
    const time = '2026-11-23T10:00:00Z';
    const status = {
      observedGeneration: 1,
      target: `http://${name}.test/?token=…`,
      verdict: { owner, layer: 'Service', reason: 'TargetPortNotOpen', summary },
      conditions: [
        {
          type: 'Healthy',
          status: 'False',
          observedGeneration: 1,
          lastTransitionTime: time,
          reason: 'HTTP502',
          message: summary,
        },
      ],
    };
    const patch = [
      'patch',
      'stp',
      name,
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify({ status }),
    ];
    await kubectl('-n', namespace, ...patch);
  }

  /** A kubeconfig with this token. */
  function kubeconfigOf(token: string): string {
    const config = parse(readFileSync(server.kubeconfigPath, 'utf8')) as { users: { user: unknown }[] };
    for (const entry of config.users) entry.user = { token };
    const file = join(directory, `${crypto.randomUUID()}.kubeconfig`);
    writeFileSync(file, stringify(config));
    return file;
  }

  /** The token of a new ServiceAccount; with a namespace, of one that has the role view there. */
  async function tokenOf(name: string, ...bindings: readonly (readonly string[])[]): Promise<string> {
    await kubectl('-n', 'default', 'create', 'serviceaccount', name);
    for (const [index, binding] of bindings.entries())
      await kubectl(
        'create',
        ...binding,
        `${name}-${index}`,
        '--clusterrole=statusprobe-viewer',
        `--serviceaccount=default:${name}`,
      );
    return (await kubectl('-n', 'default', 'create', 'token', name)).trim();
  }

  describe('statusprobe web', () => {
    interface Served {
      readonly url: string;
      readonly key: string;
      readonly process: ChildProcess;
    }

    const start = (...args: readonly string[]): ChildProcess => {
      const child = spawn(process.execPath, [MAIN, 'web', ...args], {
        env: { PATH: process.env.PATH, HOME: directory, KUBECONFIG: server.kubeconfigPath },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      return child;
    };

    async function serve(...args: readonly string[]): Promise<Served> {
      const child = start('--port', '0', ...args);
      const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
      const [line] = (await once(lines, 'line')) as [string];
      const [url = '', key = ''] = line.split('#key=');
      return { url, key, process: child };
    }

    async function refused(...args: readonly string[]) {
      const child = start(...args);
      const [stderr] = await Promise.all([text(child.stderr as NodeJS.ReadableStream), once(child, 'close')]);
      return { code: child.exitCode, stderr };
    }

    it('shows what its user may list, to who has the address, and ends with Ctrl-C', async () => {
      const { url, key, process: child } = await serve();
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
      expect((await fetch(new URL('api/stream', url))).status).toBe(401);
      expect(
        (await fetch(new URL('api/stream', url), { headers: { authorization: 'Bearer x' } })).status,
      ).toBe(401);
      const stream = await openEventStream(url, key);
      expect(await stream.next()).toMatchObject({
        viewer: '',
        probes: [{ name: 'vault' }, { name: 'cart' }],
      });
      child.kill('SIGINT');
      expect(await once(child, 'close')).toEqual([0, null]);
    });

    it('is of one namespace where one is named', async () => {
      const { url, key } = await serve('-n', 'shop');
      const stream = await openEventStream(url, key);
      expect(await stream.next()).toMatchObject({ probes: [{ namespace: 'shop', name: 'cart' }] });
      stream.close();
    });

    /** A way to the API server that can be cut. */
    async function way() {
      const config = parse(readFileSync(server.kubeconfigPath, 'utf8')) as {
        clusters: { cluster: { server: string } }[];
      };
      const sockets = new Set<Socket>();
      const open = async (port: number) => {
        const behind = Number(new URL(config.clusters[0]?.cluster.server ?? '').port);
        const relay = createServer((socket) => {
          const onward = connect(behind, '127.0.0.1');
          for (const each of [socket, onward]) sockets.add(each.on('error', () => each.destroy()));
          socket.pipe(onward).pipe(socket);
        }).listen(port, '127.0.0.1');
        await once(relay, 'listening');
        return relay;
      };
      let relay = await open(0);
      const { port } = relay.address() as AddressInfo;
      const kubeconfig = join(directory, 'cuttable.kubeconfig');
      const clusters = config.clusters.map((each) => ({
        ...each,
        cluster: { ...each.cluster, server: `https://127.0.0.1:${port}` },
      }));
      writeFileSync(kubeconfig, stringify({ ...config, clusters }));
      const cut = () => {
        relay.close();
        for (const socket of sockets) socket.destroy();
      };
      onTestFinished(cut);
      return {
        kubeconfig,
        cut,
        async mend() {
          relay = await open(port);
        },
      };
    }

    it('does not show as true what it cannot know any more', async () => {
      const { kubeconfig, cut, mend } = await way();
      const { url, key } = await serve('--kubeconfig', kubeconfig);
      const stream = await openEventStream(url, key);
      await stream.next();
      cut();
      await expect(stream.next()).rejects.toThrow('terminated');
      const again = async () => {
        const headers = { authorization: `Bearer ${key}` };
        return (await fetch(new URL('api/probes/shop/cart', url), { headers })).status;
      };
      expect(await again()).toBe(503);
      await mend();
      await vi.waitFor(async () => expect(await again()).toBe(200), { timeout: 40_000, interval: 200 });
    });

    it('says in one sentence why it cannot start', async () => {
      const { url } = await serve();
      const taken = await refused('--port', new URL(url).port);
      expect(taken).toEqual({
        code: 2,
        stderr: expect.stringMatching(
          /statusprobe: The page cannot be served at 127\.0\.0\.1:\d+: .*EADDRINUSE.*\n$/,
        ),
      });
      const forbidden = await refused('--kubeconfig', server.unprivilegedKubeconfigPath, '--port', '0');
      expect(forbidden).toEqual({
        code: 2,
        stderr: expect.stringMatching(/^statusprobe: statusprobes\.statusprobe\.dev is forbidden: .*\n$/),
      });
      expect(await refused('--port', 'eighty')).toMatchObject({ code: 2 });
    });

    describe('in a browser', () => {
      let browser: Browser;
      let page: Page;

      beforeAll(async () => {
        browser = await startBrowser();
      }, 300_000);
      afterAll(() => browser?.close());

      /** All strings that the page holds. */
      async function heap(): Promise<string> {
        const session = await page.context().newCDPSession(page);
        const chunks: string[] = [];
        session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
        await session.send('HeapProfiler.takeHeapSnapshot');
        return chunks.join('');
      }

      it('follows the cluster, and holds nothing of specs and Secrets', async () => {
        const { url, key } = await serve();
        page = await browser.newPage();
        await page.goto(`${url}#key=${key}`);
        await page.getByRole('link', { name: 'shop/cart' }).click();
        await page.getByText(SUMMARY).first().waitFor();
        await judge('shop', 'cart', 'Developer', 'Deployment cart answers with 500');
        await page.getByText('Deployment cart answers with 500').first().waitFor();
        const held = await heap();
        expect(held).toContain('Deployment cart answers with 500');
        expect(held).toContain('http://cart.test/?token=');
        expect(held).not.toContain(CANARY);
        await judge('shop', 'cart', 'DevOps', SUMMARY);
      });

      it('an address that only leads here by a name of somebody else shows nothing', async () => {
        const { url, key } = await serve();
        const { port } = new URL(url);
        const rebinding = await startBrowser(['--host-resolver-rules=MAP rebound.test 127.0.0.1']);
        onTestFinished(() => rebinding.close());
        const stranger = await rebinding.newPage();
        const answer = await stranger.goto(`http://rebound.test:${port}/#key=${key}`);
        expect([answer?.status(), await answer?.text()]).toEqual([
          421,
          'This page is served under the names 127.0.0.1, localhost alone.\n',
        ]);
      });
    });
  });

  describe('statusprobe run --web', () => {
    const token = async () => (await kubectl('-n', SYSTEM, 'create', 'token', 'statusprobe')).trim();

    async function serve() {
      const operator = await startOperator(
        '--kubeconfig',
        kubeconfigOf(await token()),
        '--web',
        '127.0.0.1:0',
      );
      onTestFinished(async () => void (await operator.stop()));
      const url = await vi.waitFor(
        () => {
          const line = operator.log.find(({ msg }) => msg === 'The web page is served');
          return new URL((line as unknown as { readonly url: string }).url).href;
        },
        { timeout: 30_000 },
      );
      return { operator, url };
    }

    it('without the add-on shows nothing, and says what it lacks', async () => {
      const { operator, url } = await serve();
      const response = await fetch(new URL('api/stream', url), {
        headers: { authorization: `Bearer ${await token()}` },
      });
      expect([response.status, await response.text()]).toEqual([
        503,
        'Nobody can tell now what you may see: the log of statusprobe says why.\n',
      ]);
      const why = 'statusprobe may not review who asks: deploy/addons/web gives it the right';
      await vi.waitFor(
        () => expect(operator.log.map(({ msg }) => msg)).toContain(`The web page shows nothing: ${why}`),
        { timeout: 10_000 },
      );
    });

    it('with the add-on shows to each what Kubernetes lets that one list', async () => {
      await kubectl('apply', '-f', join(ROOT, 'deploy/addons/web/cluster-role.yaml'));
      const [nobody, ofShop, ofAll] = await Promise.all([
        tokenOf('nobody'),
        tokenOf('of-shop', ['-n', 'shop', 'rolebinding']),
        tokenOf('of-all', ['clusterrolebinding']),
      ]);
      // The API server learns of new bindings a moment after they are written.
      const may = (account: string, ...what: readonly string[]) =>
        vi.waitFor(() => kubectl('auth', 'can-i', `--as=system:serviceaccount:${account}`, ...what), {
          timeout: 20_000,
          interval: 200,
        });
      await may('default:of-shop', 'list', 'stp', '-n', 'shop');
      await may('default:of-all', 'list', 'stp', '-A');
      await may(`${SYSTEM}:statusprobe`, 'create', 'tokenreviews');
      const { url } = await serve();
      const seenBy = async (who: string) => {
        const stream = await openEventStream(url, who);
        const message = await stream.next();
        stream.close();
        if (message?.type !== 'all') return stream.code;
        return [message.viewer, ...message.probes.map(({ namespace, name }) => `${namespace}/${name}`)];
      };
      expect(await seenBy(nobody)).toEqual(['system:serviceaccount:default:nobody']);
      expect(await seenBy(ofShop)).toEqual(['system:serviceaccount:default:of-shop', 'shop/cart']);
      expect(await seenBy(ofAll)).toEqual([
        'system:serviceaccount:default:of-all',
        'bank/vault',
        'shop/cart',
      ]);
      expect(await seenBy('made-up')).toBe(401);

      const one = async (who: string, path: string) => {
        const headers = { authorization: `Bearer ${who}` };
        const response = await fetch(new URL(`api/probes/${path}`, url), { headers });
        return { code: response.status, body: await response.text() };
      };
      expect((await one(ofShop, 'bank/vault')).code).toBe(404);
      expect((await one(ofAll, 'bank/nothing')).code).toBe(404);
      const seen = await one(ofShop, 'shop/cart');
      expect(JSON.parse(seen.body)).toMatchObject({ namespace: 'shop', name: 'cart' });
      expect(seen.body).not.toContain(CANARY);
    });
  });
});
