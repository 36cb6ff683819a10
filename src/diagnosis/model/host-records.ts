import type { ObjectReference } from './reference.ts';

/** What DNS says of the request's host, and where the Ingress or Gateway that serves it is reached. */
export interface HostRecords {
  readonly host: string;
  /** IP addresses of the host; empty where DNS has none. */
  readonly addresses: readonly string[];
  readonly entrance: ObjectReference;
  /** IP addresses and names, as the status of the entrance has them. */
  readonly published: readonly string[];
  /** IP addresses of all of these, as far as they are known. */
  readonly publishedAddresses: readonly string[];
  /** Whether the request went where DNS leads: one for an Ingress or HTTPRoute goes to the published address. */
  readonly isByName: boolean;
}
