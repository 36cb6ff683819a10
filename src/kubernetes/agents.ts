import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { ClusterAccess } from './cluster-access.ts';

/** Keep-alive connections to one API server: a bounded pool for calls, one connection for each stream. */
export interface Agents {
  readonly calls: HttpAgent;
  readonly streams: HttpAgent;
}

export interface AgentCache {
  /** The agents for this access; the same ones until server, certificates or proxy change. */
  for(access: ClusterAccess): Agents;
  close(): void;
}

/** Below the idle limits of the API server (90 s) and of usual load balancers (60 s), so that we close first. */
const IDLE_MILLISECONDS = 30_000;

/** Keeps connections across calls; a rotated certificate gets new ones, while calls under way finish on the old. */
export function createAgentCache(maximumConnections: number): AgentCache {
  let key: string | undefined;
  let agents: Agents | undefined;
  return {
    for(access) {
      const wanted = JSON.stringify([access.server, access.tls, access.proxyUrl]);
      if (agents !== undefined && wanted === key) return agents;
      if (agents !== undefined) retire(agents);
      key = wanted;
      agents = {
        calls: createAgent(access, maximumConnections),
        streams: createAgent(access, Number.POSITIVE_INFINITY),
      };
      return agents;
    },
    close() {
      agents?.calls.destroy();
      agents?.streams.destroy();
    },
  };
}

function createAgent(access: ClusterAccess, maxSockets: number): HttpAgent {
  const options = {
    keepAlive: true,
    keepAliveMsecs: 30_000,
    timeout: IDLE_MILLISECONDS,
    maxSockets,
    ...proxyOf(access),
  };
  return access.server.startsWith('https:')
    ? new HttpsAgent({ ...options, ...access.tls })
    : new HttpAgent(options);
}

const proxyOf = ({ proxyUrl }: ClusterAccess) =>
  proxyUrl === undefined ? {} : { proxyEnv: { HTTP_PROXY: proxyUrl, HTTPS_PROXY: proxyUrl } };

/** Closes idle connections now; those in use close when they become idle. */
function retire({ calls, streams }: Agents): void {
  for (const agent of [calls, streams]) {
    for (const sockets of Object.values(agent.freeSockets))
      for (const socket of sockets ?? []) socket.destroy();
  }
}
