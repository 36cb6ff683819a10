import { UsageError } from '../cli/usage-error.ts';
import type { ClusterConfig } from '../config.ts';
import { ApiError } from '../kubernetes/api-error.ts';
import { type Client, createClient } from '../kubernetes/client.ts';
import { createTransport, type Transport } from '../kubernetes/transport.ts';
import { clusterAccess } from './cluster-access.ts';
import { refuse } from './foundations.ts';

/** A cluster as one command needs it. */
export interface OpenedCluster {
  readonly client: Client;
  /** Of the flag, of the kubeconfig's context, or `default`. */
  readonly namespace: string;
  close(): void;
}

const DEADLINE_MILLISECONDS = 5_000;

/** What the API server says, or why it says nothing, as one sentence without the path that was asked. */
export function refuseCall(error: unknown): never {
  if (!(error instanceof ApiError)) return refuse(error);
  throw new UsageError(error.message.replace(/^\w+ \S+: (?:\d+ \w+: )?/, ''));
}

/** An API server that refuses to tell its version is there. */
async function refuseUnreachable(transport: Transport): Promise<void> {
  const request = { verb: 'get', path: '/version', deadlineMilliseconds: DEADLINE_MILLISECONDS } as const;
  await transport.request(request).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
  });
}

/**
 * Opens the cluster of a kubeconfig or of a Pod's ServiceAccount. Throws UsageError where there is none, where it does
 * not answer, or where it does not know who asks.
 */
export async function openCluster(
  config: ClusterConfig & { readonly namespace?: string },
  version: string,
): Promise<OpenedCluster> {
  const { read, namespace } = await clusterAccess(config).catch(refuse);
  const transport = createTransport(read, {
    userAgent: `statusprobe/${version}`,
    requestsPerSecond: 100,
    burst: 200,
  });
  try {
    await refuseUnreachable(transport);
  } catch (error) {
    transport.close();
    refuseCall(error);
  }
  return {
    client: createClient(transport),
    namespace: config.namespace ?? namespace ?? 'default',
    close: () => transport.close(),
  };
}
