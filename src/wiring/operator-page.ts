import { createClient } from '../kubernetes/client.ts';
import { createTransport } from '../kubernetes/transport.ts';
import { serveWeb, type WebServer } from '../web/server.ts';
import { createViewers } from '../web/viewers.ts';
import type { ShownProbes } from '../web/visible.ts';
import { clusterAccess } from './cluster-access.ts';
import type { Foundations } from './foundations.ts';
import { refuse } from './refuse.ts';
import { createWebReviews } from './web-reviews.ts';

/** The page of the operator, where one is asked for: the API server says whose a token is and what that one may list. */
export async function serveOperatorPage(
  { config, log, version }: Pick<Foundations, 'config' | 'log' | 'version'>,
  probes: ShownProbes,
): Promise<WebServer | undefined> {
  if (config.web === undefined) return undefined;
  const { read } = await clusterAccess(config).catch(refuse);
  // Of its own, so that no viewer slows down what the operator asks.
  const transport = createTransport(read, {
    userAgent: `statusprobe/${version} (web)`,
    requestsPerSecond: 50,
    burst: 300,
  });
  const server = await serveWeb({
    address: config.web,
    probes,
    viewerOf: createViewers({
      reviews: createWebReviews(createClient(transport)),
      now: () => performance.now(),
    }),
    onError: (error) => log.warn(`The web page shows nothing: ${(error as Error).message}`),
  }).catch(refuse);
  log.info({ url: server.url }, 'The web page is served');
  return {
    url: server.url,
    async close() {
      await server.close();
      transport.close();
    },
  };
}
