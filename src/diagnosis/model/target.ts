/** What a StatusProbe asks for, with the probe's own namespace filled in. */
export type Target =
  | { readonly kind: 'URL'; readonly url: string }
  | {
      readonly kind: 'Ingress' | 'HTTPRoute';
      readonly namespace: string;
      readonly name: string;
      readonly host?: string;
      readonly path?: string;
      readonly scheme?: 'HTTP' | 'HTTPS';
      readonly port?: number;
      /** Of an HTTPRoute: the listener to go through. */
      readonly sectionName?: string;
    }
  | {
      readonly kind: 'Service';
      readonly namespace: string;
      readonly name: string;
      readonly port: number | string;
      readonly path?: string;
      readonly scheme?: 'HTTP' | 'HTTPS';
    };

/** `spec.target` as it is written; exactly one of the four is set. */
export interface TargetSpec {
  readonly url?: string;
  readonly ingressRef?: RouteReference;
  readonly httpRouteRef?: RouteReference;
  readonly serviceRef?: Omit<Extract<Target, { kind: 'Service' }>, 'kind' | 'namespace'>;
}

type RouteReference = Omit<Extract<Target, { kind: 'Ingress' | 'HTTPRoute' }>, 'kind' | 'namespace'>;

/** References are to the probe's own namespace. */
export function targetOf(
  { url, ingressRef, httpRouteRef, serviceRef }: TargetSpec,
  namespace: string,
): Target {
  if (ingressRef !== undefined) return { kind: 'Ingress', namespace, ...ingressRef };
  if (httpRouteRef !== undefined) return { kind: 'HTTPRoute', namespace, ...httpRouteRef };
  if (serviceRef !== undefined) return { kind: 'Service', namespace, ...serviceRef };
  return { kind: 'URL', url: url ?? '' };
}
