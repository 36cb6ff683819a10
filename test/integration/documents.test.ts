import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ApiServer, startApiServer, whyNoApiServer } from '../support/apiserver.ts';
import { commandsIn } from '../support/document-commands.ts';
import { helmDirectory, whyNoHelm } from '../support/helm.ts';
import { isLeftOut } from '../support/left-out.ts';

const ROOT = new URL('../../', import.meta.url);
const isSkipped = isLeftOut('the commands of the documents', whyNoApiServer() ?? whyNoHelm());

/** A reader begins with the README, and ends with removing it all. */
const DOCUMENTS = [
  'README.md',
  ...readdirSync(new URL('docs/', ROOT))
    .filter((name) => name.endsWith('.md') && name !== 'install.md')
    .map((name) => `docs/${name}`),
  'docs/install.md',
];
const WITH_COMMANDS = DOCUMENTS.map((document) => ({
  document,
  commands: commandsIn(document, ROOT),
})).filter(({ commands }) => commands.some(({ notRun }) => notRun === undefined));
const NOTHING_IS_INSTALLED = [
  'helm uninstall statusprobe -n statusprobe-system --ignore-not-found',
  'kubectl delete -n statusprobe-system deployment,role,rolebinding --all',
  'kubectl delete clusterroles,clusterrolebindings -l app.kubernetes.io/part-of=statusprobe',
  'kubectl delete serviceaccount -n statusprobe-system statusprobe --ignore-not-found',
  'kubectl delete crd statusprobes.statusprobe.dev --ignore-not-found',
].join('; ');
/** What a reader of a command has done before; each way of installing is for a cluster without another. */
const BEFORE: readonly (readonly [RegExp, string])[] = [
  [/^helm install|--server-side/, NOTHING_IS_INSTALLED],
  [/^helm uninstall/, `${NOTHING_IS_INSTALLED}; helm install statusprobe deploy/chart -n statusprobe-system`],
  [/get shop|statusprobe\/shop/, 'kubectl apply -f probe.yaml'],
  [/--to \.\/shop-502/, 'rm -r shop-502'],
];
/** What is another for a test: its own server and ports, and shells that are not here. */
const INSTEAD: readonly (readonly [RegExp, string | (() => string)])[] = [
  [/https:\/\/shop\.example\.com/, () => `http://127.0.0.1:${(target.address() as AddressInfo).port}`],
  [/statusprobe web(?!.* --port)/, 'statusprobe web --port 0'],
  [/source <\(statusprobe completion zsh\)/, 'statusprobe completion zsh'],
  [/ \| source$/, ''],
];
const UNTIL_INTERRUPTED = /^(bin\/)?statusprobe (run|web)\b|--watch\b/;

const APPLICATION = `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: Service
metadata: { name: shop, namespace: shop }
spec: { selector: { app: shop }, ports: [{ port: 80, targetPort: 8080 }] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop, namespace: shop }
spec:
  rules:
    - host: shop.example.com
      http:
        paths: [{ path: /, pathType: Prefix, backend: { service: { name: shop, port: { number: 80 } } } }]
`;

const PROBE = `
apiVersion: statusprobe.dev/v1alpha1
kind: StatusProbe
metadata: { name: shop, namespace: shop }
spec: { target: { ingressRef: { name: shop } } }
`;

let server: ApiServer;
let target: Server;
let folder: string;

/** Runs a line of a shell as a reader would; what runs until Ctrl-C gets it after its first output. */
async function run(command: string) {
  const child = spawn('bash', ['-c', `set -o pipefail; ${command}`], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: `${join(folder, 'commands')}:${process.env.PATH}`,
      HOME: folder,
      STATUSPROBE_CACHE: process.env.STATUSPROBE_CACHE ?? join(homedir(), '.cache/statusprobe'),
      KUBECONFIG: server.kubeconfigPath,
      LANG: 'C.UTF-8',
      STATUSPROBE_METRICS_PORT: '0',
      STATUSPROBE_HEALTH_PORT: '0',
    },
  });
  const end = once(child, 'close');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      if (output === '' && UNTIL_INTERRUPTED.test(command)) process.kill(-(child.pid as number), 'SIGINT');
      output += chunk;
    });
  }
  const [code] = (await end) as [number];
  return { command, code, output };
}

describe.skipIf(isSkipped)('the commands of the documents', { timeout: 60_000 }, () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'documents-'));
    const here = (path: string) => join(folder, path);
    const there = (path: string) => fileURLToPath(new URL(path, ROOT));
    for (const name of ['deploy', 'crds', 'hack', 'src', 'node_modules', 'package.json'])
      symlinkSync(there(name), here(name));
    mkdirSync(here('bin'));
    mkdirSync(here('commands'));
    const statusprobe = `#!/bin/sh\nexec '${process.execPath}' '${there('src/main.ts')}' "$@"\n`;
    for (const path of ['bin/statusprobe', 'commands/statusprobe'])
      writeFileSync(here(path), statusprobe, { mode: 0o755 });
    server = await startApiServer();
    symlinkSync(server.kubectlPath, here('commands/kubectl'));
    symlinkSync(join(helmDirectory(), 'helm'), here('commands/helm'));
    target = createServer((_, response) => response.writeHead(502).end()).listen(0, '127.0.0.1');
    await once(target, 'listening');
    for (const name of ['dump', 'shop-502']) {
      cpSync(there('test/scenarios/502--target-port-number-wrong'), here(name), { recursive: true });
    }
    mkdirSync(here('shop/templates'), { recursive: true });
    writeFileSync(here('shop/Chart.yaml'), 'apiVersion: v2\nname: shop\nversion: 0.1.0\n');
    writeFileSync(here('shop/templates/probe.yaml'), PROBE);
    writeFileSync(here('application.yaml'), APPLICATION);
    writeFileSync(here('probe.yaml'), PROBE);
    writeFileSync(here('probes.yaml'), PROBE);
    writeFileSync(here('policy.yaml'), 'rules: []\n');
    for (const name of ['notifications.yaml', 'platform-url', 'platform-key'])
      writeFileSync(here(name), name);
    expect(await run('kubectl apply -f application.yaml')).toMatchObject({ code: 0 });
  }, 60_000);

  afterAll(async () => {
    target?.close();
    await server?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  describe.each(WITH_COMMANDS)('$document', ({ commands }) => {
    it.each(commands.filter(({ notRun }) => notRun === undefined))('$command', async (documented) => {
      const command = INSTEAD.reduce(
        (line, [pattern, other]) => line.replace(pattern, typeof other === 'string' ? other : other()),
        documented.command,
      );
      // A diagnosis of what fails ends with 1; 2 is a command that could not run.
      const codes = /^(bin\/)?statusprobe (diagnose|bundle)/.test(command) ? [0, 1] : [0];
      const attempt = async () => {
        const ended = await run(command);
        expect(codes, ended.output).toContain(ended.code);
      };
      for (const [pattern, before] of BEFORE) if (pattern.test(command)) await run(before);
      // The API server serves a CRD a moment after it has it.
      if (command.startsWith('kubectl apply')) await vi.waitFor(attempt, 30_000);
      else await attempt();
    });
  });
});
