import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readStatus } from '../api/defaults.ts';
import type { ClusterConfig } from '../config.ts';
import { startReflector } from '../kubernetes/reflector.ts';
import type { ApiObject } from '../kubernetes/resources.ts';
import { createStore } from '../kubernetes/store.ts';
import type { Transport } from '../kubernetes/transport.ts';
import { STATUS_PROBES } from '../operator/stored-probe.ts';
import type { ShownProbe } from '../web/messages.ts';
import { serveWeb, type WebServer } from '../web/server.ts';
import type { ViewerOf } from '../web/viewers.ts';
import type { ShownProbes } from '../web/visible.ts';
import { openCluster } from './opened-cluster.ts';
import { refuse } from './refuse.ts';
import { refuseLook } from './stored-probes.ts';

export interface WebConfig extends ClusterConfig {
  readonly namespace?: string;
  readonly port: number;
}

const toShownProbe = (raw: ApiObject): ShownProbe => ({
  namespace: raw.metadata.namespace ?? '',
  name: raw.metadata.name ?? '',
  status: readStatus(raw),
});

/**
 * The page of one person, with that person's kubeconfig, on this machine alone. Its address holds a key, because others
 * may be signed in to the machine.
 */
export async function openOwnPage(
  config: WebConfig,
  version: string,
  onError: (error: unknown) => void,
): Promise<WebServer> {
  const cluster = await openCluster(config, version);
  const stopping = new AbortController();
  stopping.signal.addEventListener('abort', () => cluster.close());
  try {
    const { namespace } = config;
    const watched = await watchProbes(cluster.transport, { namespace, signal: stopping.signal, onError });
    const key = randomBytes(24).toString('base64url');
    const server = await serveWeb({
      address: { host: '127.0.0.1', port: config.port },
      hostNames: ['127.0.0.1', 'localhost'],
      probes: watched.probes,
      viewerOf: holderOf(key, watched),
      onError,
    }).catch(refuse);
    return {
      url: `${server.url}#key=${key}`,
      async close() {
        await server.close();
        stopping.abort();
      },
    };
  } catch (error) {
    stopping.abort();
    throw error;
  }
}

interface Watching {
  readonly namespace: string | undefined;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
}

interface WatchedProbes {
  readonly probes: ShownProbes;
  /** Since when the cluster has not been followed, in milliseconds of the process; undefined while it is. */
  blindSince(): number | undefined;
}

/** Resolves with all StatusProbes, which follow the cluster from then on. Throws UsageError where they cannot be read. */
async function watchProbes(
  transport: Transport,
  { namespace, signal, onError }: Watching,
): Promise<WatchedProbes> {
  let blindSince: number | undefined;
  const probes = createStore<ShownProbe>({ onError });
  const filled = Promise.withResolvers<void>();
  startReflector({
    transport,
    resource: STATUS_PROBES,
    project: toShownProbe,
    sink: probes,
    signal,
    onError,
    onState({ synced, lastError }) {
      blindSince = lastError === undefined ? undefined : (blindSince ?? performance.now());
      if (synced) filled.resolve();
      else if (lastError !== undefined) filled.reject(lastError);
    },
    ...(namespace !== undefined && { namespace }),
  });
  await filled.promise.catch(refuseLook);
  return { probes, blindSince: () => blindSince };
}

/** A watch that ends is opened anew within this time where the cluster is well. */
const PATIENCE_MILLISECONDS = 10_000;

/** Whoever has the key is who started the server, and sees what that one sees, as long as it is true. */
function holderOf(key: string, { blindSince }: WatchedProbes): ViewerOf {
  const owner = { name: '', mayList: async () => true };
  const wanted = Buffer.from(key);
  return async (token) => {
    const given = Buffer.from(token);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
    if (performance.now() - (blindSince() ?? Number.POSITIVE_INFINITY) > PATIENCE_MILLISECONDS)
      throw new Error('the API server does not answer, so the page waits for it');
    return owner;
  };
}
