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
    }
  | {
      readonly kind: 'Service';
      readonly namespace: string;
      readonly name: string;
      readonly port: number | string;
      readonly path?: string;
      readonly scheme?: 'HTTP' | 'HTTPS';
    };
