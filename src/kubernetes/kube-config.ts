import { readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import path from 'node:path';
import type { Cluster, KubeConfig, User } from '@kubernetes/client-node';
import { parse, stringify } from 'yaml';
import type { ClusterAccess, ReadAccess, TlsMaterial } from './cluster-access.ts';

export interface KubeConfigSettings {
  /** Without it: KUBECONFIG, then ~/.kube/config, then the Pod's ServiceAccount. */
  readonly file?: string;
  readonly context?: string;
}

export interface KubeConfigAccess {
  readonly read: ReadAccess;
  /** The namespace of the context, where it names one. */
  readonly namespace: string | undefined;
}

/** Access by kubeconfig (tokens, certificates, exec plugins, OIDC). client-node is loaded only here, as it is heavy. */
export async function kubeConfigAccess(settings: KubeConfigSettings): Promise<KubeConfigAccess> {
  const clientNode = await import('@kubernetes/client-node');
  const load = () => loadKubeConfig(new clientNode.KubeConfig(), settings);
  let config = load();
  return {
    namespace: config.getContextObject(config.currentContext)?.namespace,
    read: (fresh) => {
      if (fresh) config = load();
      return readAccess(config);
    },
  };
}

function loadKubeConfig(config: KubeConfig, { file, context }: KubeConfigSettings): KubeConfig {
  readFiles(config, file);
  if (context !== undefined) config.setCurrentContext(context);
  const { currentContext } = config;
  if (config.getContextObject(currentContext) === null) {
    const known = config.contexts.map(({ name }) => name).join(', ') || 'none';
    throw new Error(`The kubeconfig has no context "${currentContext ?? ''}"; it has: ${known}.`);
  }
  if (config.getCurrentCluster() === null) {
    throw new Error(`The kubeconfig has no cluster for the context "${currentContext}".`);
  }
  config.users = config.users.map(withExecInfo);
  return config;
}

function readFiles(config: KubeConfig, file: string | undefined): void {
  config.loadFromFile = (each, options) => {
    const directory = path.dirname(each);
    config.loadFromString(withTokenFiles(readFileSync(each, 'utf8'), directory), options);
    config.makePathsAbsolute(directory);
  };
  try {
    if (file === undefined) config.loadFromDefault();
    else config.loadFromFile(file);
  } catch (cause) {
    // Further lines quote the file.
    const [why] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw new Error(`The kubeconfig cannot be read: ${why}`, { cause });
  }
  // What client-node makes up where there is nothing to load.
  if (file === undefined && config.currentContext === 'loaded-context') {
    throw new Error('There is no kubeconfig: KUBECONFIG is not set, and ~/.kube/config does not exist.');
  }
}

/** client-node looks for `token-file`, where kubeconfigs have `tokenFile`. */
function withTokenFiles(text: string, directory: string): string {
  const config = parse(text) as {
    readonly users?: readonly { readonly user?: Record<string, unknown> }[];
  } | null;
  for (const { user } of config?.users ?? []) {
    if (typeof user?.tokenFile !== 'string') continue;
    user['token-file'] = path.resolve(directory, user.tokenFile);
    delete user.token;
  }
  return stringify(config);
}

/** Exec plugins expect KUBERNETES_EXEC_INFO, which client-node does not set. */
function withExecInfo(user: User): User {
  if (!user.exec) return user;
  const info = { kind: 'ExecCredential', apiVersion: user.exec.apiVersion, spec: { interactive: false } };
  const env = [...(user.exec.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }];
  return { ...user, exec: { ...user.exec, env } };
}

async function readAccess(config: KubeConfig): Promise<ClusterAccess> {
  const cluster = config.getCurrentCluster() as Cluster;
  const proxy = cluster.proxyUrl ? { proxyUrl: cluster.proxyUrl } : {};
  // Like kubectl, no credentials go over a connection that is not encrypted (`kubectl proxy` adds its own).
  if (cluster.server.startsWith('http:')) return { server: cluster.server, headers: {}, tls: {}, ...proxy };
  const options: RequestOptions = { headers: {} };
  await config.applyToHTTPSOptions(options);
  return { server: cluster.server, headers: headersOf(options), tls: tlsOf(options), ...proxy };
}

function headersOf({ headers, auth }: RequestOptions): Record<string, string> {
  const result: Record<string, string> = {};
  if (auth) result.authorization = `Basic ${Buffer.from(auth).toString('base64')}`;
  for (const [name, value] of Object.entries(headers ?? {})) result[name.toLowerCase()] = `${value}`.trim();
  return result;
}

function tlsOf(options: RequestOptions): TlsMaterial {
  return {
    ...(options.ca ? { ca: options.ca.toString() } : {}),
    ...(options.cert ? { cert: options.cert.toString() } : {}),
    ...(options.key ? { key: options.key.toString() } : {}),
    ...(options.servername ? { servername: options.servername } : {}),
    ...(options.rejectUnauthorized === false ? { rejectUnauthorized: false } : {}),
  };
}
