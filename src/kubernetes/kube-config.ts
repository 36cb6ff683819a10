import type { RequestOptions } from 'node:https';
import type { KubeConfig, User } from '@kubernetes/client-node';
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
  if (file === undefined) config.loadFromDefault();
  else config.loadFromFile(file);
  if (context !== undefined) config.setCurrentContext(context);
  if (config.getCurrentCluster() === null) {
    const known = config.contexts.map(({ name }) => name).join(', ');
    throw new Error(
      config.getContextObject(config.currentContext) === null
        ? `The kubeconfig has no context "${config.currentContext ?? ''}"; it has: ${known === '' ? 'none' : known}.`
        : `The kubeconfig has no cluster for the context "${config.currentContext}".`,
    );
  }
  config.users = config.users.map(withExecInfo);
  return config;
}

/** Exec plugins expect KUBERNETES_EXEC_INFO, which client-node does not set. */
function withExecInfo(user: User): User {
  if (!user.exec) return user;
  const info = { kind: 'ExecCredential', apiVersion: user.exec.apiVersion, spec: { interactive: false } };
  const env = [...(user.exec.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }];
  return { ...user, exec: { ...user.exec, env } };
}

async function readAccess(config: KubeConfig): Promise<ClusterAccess> {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error('The kubeconfig has no current cluster.');
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
