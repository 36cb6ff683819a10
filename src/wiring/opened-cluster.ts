import { UsageError } from '../cli/usage-error.ts';
import type { ClusterConfig } from '../config.ts';
import { ApiError } from '../kubernetes/api-error.ts';
import { type Client, createClient } from '../kubernetes/client.ts';
import { createTransport, type Transport } from '../kubernetes/transport.ts';
import { clusterAccess } from './cluster-access.ts';
import { refuse } from './refuse.ts';

/** A cluster as one command needs it. */
export interface OpenedCluster {
  readonly client: Client;
  readonly transport: Transport;
  /** Of the flag, of the kubeconfig's context, or `default`. */
  readonly namespace: string;
  close(): void;
}

/** What the API server says, or why it says nothing, as one sentence without the path that was asked. */
export function refuseCall(error: unknown): never {
  if (!(error instanceof ApiError)) return refuse(error);
  const sentence = error.message.replace(/^\w+ \S+: (?:4\d\d \w+: )?/, '');
  throw new UsageError((error.status ?? 0) >= 500 ? `the API server answers ${sentence}` : sentence);
}

/** Asks once, without the retries of other calls: whoever waits at a terminal wants to know at once. */
async function refuseUnreachable(transport: Transport): Promise<void> {
  try {
    const limits = { deadlineMilliseconds: 10_000, inactivityMilliseconds: 5_000 };
    const answer = await transport.stream({ verb: 'get', path: '/version', ...limits });
    for await (const _ of answer);
  } catch (error) {
    // A server that keeps its version to itself is there.
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
  }
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
    transport,
    namespace: config.namespace ?? namespace ?? 'default',
    close: () => transport.close(),
  };
}
