import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Cluster } from '../../hack/demo/cluster.ts';

/** A request as the API server of the local cluster recorded it. */
export interface AuditedRequest {
  readonly verb: string;
  readonly requestURI: string;
  readonly code: number;
}

interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly requestReceivedTimestamp: string;
  readonly user: { readonly username: string };
  readonly responseStatus?: { readonly code?: number };
}

/** What the user asked the API server for since then, of URIs that contain the part. */
export function auditedRequests(
  { kubeconfig }: Cluster,
  { user, since, part }: { readonly user: string; readonly since: Date; readonly part: string },
): readonly AuditedRequest[] {
  const log = readFileSync(join(dirname(kubeconfig), 'logs/audit.log'), 'utf8');
  return log
    .split('\n')
    .filter((line) => line.includes(`"${user}"`) && line.includes(part))
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(
      (event) =>
        event.user.username === user &&
        event.requestURI.includes(part) &&
        new Date(event.requestReceivedTimestamp) >= since,
    )
    .map(({ verb, requestURI, responseStatus: { code = 0 } = {} }) => ({ verb, requestURI, code }));
}
