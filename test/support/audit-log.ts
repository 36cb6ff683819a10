import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Cluster } from '../../hack/demo/cluster.ts';

/** A request as the API server of the local cluster recorded it. */
export interface AuditedRequest {
  readonly verb: string;
  readonly requestURI: string;
  readonly code: number;
}

/** What an API server writes down of a request. */
export interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly requestReceivedTimestamp: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

/** The events of an audit log since then, of lines that hold all these texts. */
export const auditEvents = (file: string, since: Date, ...texts: readonly string[]): readonly AuditEvent[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && texts.every((text) => line.includes(text)))
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(({ requestReceivedTimestamp }) => new Date(requestReceivedTimestamp) >= since);

/** What the user asked the API server for since then, of URIs that contain the part. */
export function auditedRequests(
  { kubeconfig }: Cluster,
  { user, since, part }: { readonly user: string; readonly since: Date; readonly part: string },
): readonly AuditedRequest[] {
  return auditEvents(join(dirname(kubeconfig), 'logs/audit.log'), since, `"${user}"`, part)
    .filter(({ user: { username }, requestURI }) => username === user && requestURI.includes(part))
    .map(({ verb, requestURI, responseStatus: { code = 0 } = {} }) => ({ verb, requestURI, code }));
}
