import { readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import type { Cluster, Context, User } from '@kubernetes/client-node';
import { ExecAuth } from '@kubernetes/client-node/dist/exec_auth.js';
import type { ClusterAccess, ReadAccess, TlsMaterial } from './cluster-access.ts';
import { type KubeConfigFile, readKubeConfigFiles } from './kube-config-file.ts';

export interface KubeConfigSettings {
  /** Merged as kubectl merges those of KUBECONFIG. */
  readonly files: readonly string[];
  readonly context?: string;
}

export interface KubeConfigAccess {
  readonly read: ReadAccess;
  /** The namespace of the context, where it names one. */
  readonly namespace: string | undefined;
}

/** Who asks which API server. */
interface Login {
  readonly context: Context;
  readonly cluster: Cluster;
  /** Absent where the context names none: nobody in particular. */
  readonly user?: User;
  /** Remembers what a plugin gave, until that expires or is refused. */
  readonly plugin: ExecAuth;
}

/**
 * Access by kubeconfig: tokens, certificates, exec plugins, identity providers. Of client-node only the parts that read
 * such a file and run plugins are loaded: all of it is 840 modules, more than a second and 80 MB.
 */
export async function kubeConfigAccess(settings: KubeConfigSettings): Promise<KubeConfigAccess> {
  let login = readLogin(settings);
  return {
    namespace: login.context.namespace,
    read: (fresh) => {
      if (fresh) login = readLogin(settings);
      return accessOf(login);
    },
  };
}

function readLogin({ files, context: named }: KubeConfigSettings): Login {
  const { clusters, users, contexts, currentContext } = readAll(files);
  const contextName = named ?? currentContext;
  const context = contexts.find(({ name }) => name === contextName);
  if (context === undefined) {
    const known = [...new Set(contexts.map(({ name }) => name))].join(', ') || 'none';
    throw new Error(`The kubeconfig has no context "${contextName ?? ''}"; it has: ${known}.`);
  }
  const cluster = clusters.find(({ name }) => name === context.cluster);
  if (cluster === undefined)
    throw new Error(`The kubeconfig has no cluster for the context "${context.name}".`);
  const user = users.find(({ name }) => name === context.user);
  return { context, cluster, ...(user && { user: withExecInfo(user) }), plugin: new ExecAuth() };
}

function readAll(files: readonly string[]): KubeConfigFile {
  try {
    return readKubeConfigFiles(files);
  } catch (cause) {
    // Further lines quote the file.
    const [why] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw new Error(`The kubeconfig cannot be read: ${why}`, { cause });
  }
}

/** Exec plugins expect KUBERNETES_EXEC_INFO, which client-node does not set. */
function withExecInfo(user: User): User {
  if (!user.exec) return user;
  const info = { kind: 'ExecCredential', apiVersion: user.exec.apiVersion, spec: { interactive: false } };
  const env = [...(user.exec.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }];
  return { ...user, exec: { ...user.exec, env } };
}

async function accessOf(login: Login): Promise<ClusterAccess> {
  const { server, proxyUrl } = login.cluster;
  const proxy = proxyUrl ? { proxyUrl } : {};
  // Like kubectl, no credentials go over a connection that is not encrypted (`kubectl proxy` adds its own).
  if (server.startsWith('http:')) return { server, headers: {}, tls: {}, ...proxy };
  const options = await credentialsOf(login);
  return { server, headers: headersOf(options), tls: tlsOf(login, options), ...proxy };
}

/** What a plugin or an identity provider gives. */
async function credentialsOf({ user, cluster, context, plugin }: Login): Promise<RequestOptions> {
  const options: RequestOptions = { headers: {} };
  if (user?.authProvider) {
    const { KubeConfig } = await import('@kubernetes/client-node');
    const config = new KubeConfig();
    config.loadFromOptions({
      clusters: [cluster],
      users: [user],
      contexts: [context],
      currentContext: context.name,
    });
    await config.applyToHTTPSOptions(options);
  } else if (user?.exec) await plugin.applyAuthentication(user, options);
  return { ...options, headers: { ...options.headers, ...(user && headersFor(user)) } };
}

function headersFor({ token, username, password, impersonateUser }: User): Record<string, string> {
  const basic = Buffer.from(`${username}:${password}`).toString('base64');
  return {
    ...(username ? { authorization: `Basic ${basic}` } : {}),
    ...(token ? { authorization: `Bearer ${token}` } : {}),
    ...(impersonateUser ? { 'impersonate-user': impersonateUser } : {}),
  };
}

const headersOf = ({ headers }: RequestOptions): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), `${value}`.trim()]),
  );

const textOf = (file: string | undefined, base64: string | undefined): string | undefined => {
  if (file) return readFileSync(file, 'utf8');
  return base64 ? Buffer.from(base64, 'base64').toString() : undefined;
};

function tlsOf({ cluster, user }: Login, credentials: RequestOptions): TlsMaterial {
  const ca = textOf(cluster.caFile, cluster.caData);
  const cert = credentials.cert?.toString() ?? textOf(user?.certFile, user?.certData);
  const key = credentials.key?.toString() ?? textOf(user?.keyFile, user?.keyData);
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(cluster.tlsServerName ? { servername: cluster.tlsServerName } : {}),
    ...(cluster.skipTLSVerify ? { rejectUnauthorized: false } : {}),
  };
}
