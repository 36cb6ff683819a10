import type { HTTPIngressPath, Ingress, IngressRule } from './kubernetes.ts';

/** A rule of an Ingress with its place: `spec.rules[index]`. */
export interface HostRule {
  readonly ingress: Ingress;
  readonly index: number;
  readonly paths: readonly HTTPIngressPath[];
}

/** A wildcard takes exactly one label; a rule without a host takes every host. */
function takesHost({ host = '' }: IngressRule, asked: string): boolean {
  const isWildcard = host.startsWith('*.') && asked.slice(asked.indexOf('.')) === host.slice(1);
  return host === '' || host.toLowerCase() === asked || isWildcard;
}

/** The rules that take a host, whatever their paths. */
export const rulesForHost = (ingresses: readonly Ingress[], host: string): readonly HostRule[] =>
  ingresses.flatMap((ingress) =>
    (ingress.spec.rules ?? []).flatMap((rule, index) =>
      takesHost(rule, host) ? [{ ingress, index, paths: rule.http?.paths ?? [] }] : [],
    ),
  );
