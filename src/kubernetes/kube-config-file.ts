import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Cluster, Context, User } from '@kubernetes/client-node';
import { newClusters, newContexts, newUsers } from '@kubernetes/client-node/dist/config_types.js';
import { parse } from 'yaml';

/** What kubeconfig files say, with absolute paths. */
export interface KubeConfigFile {
  readonly clusters: readonly Cluster[];
  readonly users: readonly User[];
  readonly contexts: readonly Context[];
  readonly currentContext: string | undefined;
}

/** As kubectl merges them: of what two files have under one name, the first one counts. */
export function readKubeConfigFiles(files: readonly string[]): KubeConfigFile {
  const read = files.map(readKubeConfigFile);
  return {
    clusters: read.flatMap(({ clusters }) => clusters),
    users: read.flatMap(({ users }) => users),
    contexts: read.flatMap(({ contexts }) => contexts),
    currentContext: read.map(({ currentContext }) => currentContext).find(Boolean),
  };
}

function readKubeConfigFile(file: string): KubeConfigFile {
  const raw = (parse(readFileSync(file, 'utf8')) ?? {}) as Readonly<Record<string, unknown>>;
  const absolute = (name: string) => path.resolve(path.dirname(file), name);
  const { 'current-context': currentContext } = raw;
  return {
    clusters: newClusters(raw.clusters).map(({ caFile, ...cluster }) => ({
      ...cluster,
      ...(caFile && { caFile: absolute(caFile) }),
    })),
    users: newUsers(withTokenFiles(raw.users, absolute)).map(({ certFile, keyFile, ...user }) => ({
      ...user,
      ...(certFile && { certFile: absolute(certFile) }),
      ...(keyFile && { keyFile: absolute(keyFile) }),
    })),
    contexts: newContexts(raw.contexts),
    currentContext: typeof currentContext === 'string' ? currentContext : undefined,
  };
}

/** client-node looks for `token-file`, where kubeconfigs have `tokenFile`. */
function withTokenFiles(users: unknown, absolute: (name: string) => string): unknown {
  if (!Array.isArray(users)) return users;
  return users.map((entry) => {
    const { tokenFile, token: _, ...user } = entry?.user ?? {};
    if (typeof tokenFile !== 'string') return entry;
    return { ...entry, user: { ...user, 'token-file': absolute(tokenFile) } };
  });
}
