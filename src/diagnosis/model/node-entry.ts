import type { Service } from './kubernetes.ts';

/** A Service that takes requests at the addresses of Nodes and keeps them there (`externalTrafficPolicy: Local`). */
export interface NodeEntry {
  /** The Node to whose own address the request went. */
  readonly nodeName: string;
  readonly service: Service;
  /** Nodes on which a ready endpoint of the Service is, by name. */
  readonly servingNodes: readonly string[];
}
