import type { Gateway, HTTPRoute, ListenerSet } from '../../diagnosis/model/gateway-api.ts';
import type { Ingress, IngressClass, Service } from '../../diagnosis/model/kubernetes.ts';
import type { Lookup } from '../../diagnosis/model/lookup.ts';
import type { Pod } from '../../diagnosis/model/pod.ts';

/** Where a request for the target goes, or why there is nowhere to send one. */
export type ResolvedTarget =
  | {
      readonly kind: 'Found';
      readonly url: string;
      /** Where to connect instead of what DNS says of the URL's host. */
      readonly connectTo?: { readonly host: string; readonly port?: number };
      /** The object's owner asked for this address: it is judged as if the spec named it. */
      readonly isAskedFor?: boolean;
    }
  /** A failure with a verdict: the object does not exist, or nobody serves it. */
  | {
      readonly kind: 'Missing';
      readonly reason: 'TargetNotFound' | 'NoAddress';
      readonly message: string;
      /** What would have been asked, as far as it is known. */
      readonly url?: string;
    }
  /** The spec leaves open what only it can say. */
  | { readonly kind: 'Invalid'; readonly message: string }
  /** The cluster could not be looked at. */
  | { readonly kind: 'Unseen'; readonly message: string };

/** What finding a target looks at. */
export interface Kinds {
  readonly Ingress: Ingress;
  readonly HTTPRoute: HTTPRoute;
  readonly Gateway: Gateway;
  readonly ListenerSet: ListenerSet;
  readonly IngressClass: IngressClass;
  readonly Service: Service;
  readonly Pod: Pod;
}

/** The looks at the cluster that finding a target takes. */
export interface TargetReader {
  get<K extends 'Ingress' | 'HTTPRoute' | 'Gateway' | 'ListenerSet' | 'Service'>(
    kind: K,
    key: { readonly namespace: string; readonly name: string },
  ): Promise<Lookup<Kinds[K] | undefined>>;
  list<K extends 'IngressClass' | 'Service' | 'Pod'>(
    kind: K,
    scope?: { readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> },
  ): Promise<Lookup<readonly Kinds[K][]>>;
}

/** `http://host:port/path`, without the port where it is the scheme's own. */
export function urlOf(
  scheme: 'HTTP' | 'HTTPS',
  host: string,
  port: number | undefined,
  path: string,
): string {
  const isOwn = port === undefined || port === (scheme === 'HTTPS' ? 443 : 80);
  const name = host.includes(':') ? `[${host}]` : host;
  return `${scheme.toLowerCase()}://${name}${isOwn ? '' : `:${port}`}${path}`;
}

/** What a regular expression begins with before its first sign is a path that it is meant for. */
const LITERAL = /^\/[\w\-.~%!&',;=:@/]*/;

/** The path to ask for where a rule's path may be an expression. */
export const literalStart = (path: string): string => LITERAL.exec(path)?.[0] ?? '/';

export const unseen = (what: string, lookup: { readonly message: string }): ResolvedTarget => ({
  kind: 'Unseen',
  message: `${what} could not be looked up: ${lookup.message}`,
});
