import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** How to reach an API server and who we are there, as read at one moment. */
export interface ClusterAccess {
  /** `https://host:port`, with a path prefix where a proxy needs one. */
  readonly server: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsMaterial;
  readonly proxyUrl?: string;
}

export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** Reads the access; `fresh` also forgets what a plugin or an identity provider gave before, as after a 401. */
export type ReadAccess = (fresh: boolean) => Promise<ClusterAccess>;

export interface InClusterSettings {
  /** KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT. */
  readonly host: string;
  readonly port: string;
  /** Where the ServiceAccount is mounted. */
  readonly directory?: string;
}

const SERVICE_ACCOUNT_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The access of a Pod by its ServiceAccount. Reads the two files itself: loading client-node for them costs 87 MB
 * of resident memory.
 */
export function inClusterAccess(settings: InClusterSettings): ReadAccess {
  const directory = settings.directory ?? SERVICE_ACCOUNT_DIRECTORY;
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  return async () => {
    const [token, ca] = await Promise.all([
      readFile(path.join(directory, 'token'), 'utf8'),
      readFile(path.join(directory, 'ca.crt'), 'utf8'),
    ]);
    return {
      server: `https://${host}:${settings.port}`,
      headers: { authorization: `Bearer ${token.trim()}` },
      tls: { ca },
    };
  };
}

export interface AccessCache {
  /** The present access, read anew when it is older than its maximum age. */
  current(): Promise<ClusterAccess>;
  /** After a 401 on `rejected`: what has replaced it, read anew unless another call has done so already. */
  renew(rejected: ClusterAccess): Promise<ClusterAccess>;
}

/** Reads the access at most once at a time, and goes on with the last good one when it cannot be read. */
export function createAccessCache(read: ReadAccess, maximumAgeMilliseconds = 30_000): AccessCache {
  let cached: { readonly access: ClusterAccess; readonly readAt: number } | undefined;
  let reading: Promise<ClusterAccess> | undefined;

  const reload = (fresh: boolean): Promise<ClusterAccess> => {
    reading ??= read(fresh)
      .then((access) => {
        cached = { access, readAt: performance.now() };
        return access;
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };

  return {
    async current() {
      const last = cached;
      if (last === undefined) return reload(false);
      if (performance.now() - last.readAt < maximumAgeMilliseconds) return last.access;
      return reload(false).catch(() => last.access);
    },
    renew: async (rejected) =>
      cached !== undefined && cached.access !== rejected ? cached.access : reload(true),
  };
}
