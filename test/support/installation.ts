import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { type Client, createClient } from '../../src/kubernetes/client.ts';
import { kubeConfigAccess } from '../../src/kubernetes/kube-config.ts';
import { createTransport, type Transport } from '../../src/kubernetes/transport.ts';
import type { Upstream } from './api-server-link.ts';
import { type ApiServer, startApiServer } from './apiserver.ts';
import type { OperatorProcess } from './operator-process.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const OPERATOR_NAMESPACE = 'statusprobe-system';

/** A real API server with the CRD and deploy/base, for operators that run as processes of the test. */
export interface Installation {
  readonly server: ApiServer;
  /** Of an administrator. */
  readonly transport: Transport;
  readonly client: Client;
  /** The API server itself, for links to it. */
  readonly upstream: Upstream;
  /** Throws where kubectl fails. */
  kubectl(...args: readonly string[]): Promise<string>;
  apply(...objects: readonly object[]): Promise<void>;
  /** Path of a file with this content, which is gone when the installation is. */
  file(name: string, content: string | Uint8Array): string;
  /** Of the operator's ServiceAccount. */
  token(...options: readonly string[]): Promise<string>;
  /** Path of a kubeconfig with this cluster and user. */
  kubeconfig(name: string, cluster: object, user: object): string;
  /** Path of a kubeconfig of the operator's ServiceAccount, straight to the API server. */
  operatorKubeconfig(): Promise<string>;
  remove(): Promise<void>;
}

interface Kubeconfig {
  readonly clusters: readonly [{ cluster: { server: string; 'certificate-authority-data': string } }];
}

export async function install(): Promise<Installation> {
  const directory = mkdtempSync(join(tmpdir(), 'statusprobe-installation-'));
  const server = await startApiServer();
  const { read } = await kubeConfigAccess({ files: [server.kubeconfigPath] });
  const transport = createTransport(read, { requestsPerSecond: 1000, burst: 1000 });
  const { cluster } = (parse(readFileSync(server.kubeconfigPath, 'utf8')) as Kubeconfig).clusters[0];

  const file = (name: string, content: string | Uint8Array) => {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
  };
  const kubectl = async (...args: readonly string[]) => {
    const { succeeded, stdout, stderr } = await server.kubectl(...args);
    if (!succeeded) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const token = async (...options: readonly string[]) =>
    (await kubectl('-n', OPERATOR_NAMESPACE, 'create', 'token', 'statusprobe', ...options)).trim();
  const kubeconfig = (name: string, to: object, user: object) =>
    file(
      name,
      stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'test',
        contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
        clusters: [{ name: 'test', cluster: to }],
        users: [{ name: 'test', user }],
      }),
    );

  await kubectl('apply', '-f', join(ROOT, 'crds/statusprobes.yaml'));
  await kubectl('apply', '-k', join(ROOT, 'deploy/base'));
  return {
    server,
    transport,
    client: createClient(transport),
    upstream: { url: cluster.server, ca: Buffer.from(cluster['certificate-authority-data'], 'base64') },
    kubectl,
    async apply(...objects) {
      const path = file(
        `${crypto.randomUUID()}.yaml`,
        objects.map((object) => stringify(object)).join('---\n'),
      );
      await kubectl('apply', '--server-side', '-f', path);
    },
    file,
    token,
    kubeconfig,
    operatorKubeconfig: async () => kubeconfig('operator.kubeconfig', cluster, { token: await token() }),
    async remove() {
      transport.close();
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Loopback is closed to probes unless a policy opens it. */
export const LOOPBACK_POLICY = stringify({ rules: [{ allowCIDRs: ['127.0.0.0/8'] }] });

export const whenReady = (operator: OperatorProcess): Promise<void> =>
  vi.waitFor(
    async () => {
      const { code, text } = await operator.health('readyz');
      if (code !== 200)
        throw new Error(`It is not ready: ${text} ${JSON.stringify(operator.log.slice(-20))}`);
    },
    { timeout: 60_000, interval: 100 },
  );
