import type { HTTPIngressPath, Ingress } from '../model/kubernetes.ts';
import { hostRank } from './ingress-hosts.ts';

/** A rule of an Ingress with its place: `spec.rules[index]`. */
export interface HostRule {
  readonly ingress: Ingress;
  readonly index: number;
  readonly paths: readonly HTTPIngressPath[];
}

/** The rules that take a host, whatever their paths. */
export const rulesForHost = (ingresses: readonly Ingress[], host: string): readonly HostRule[] =>
  ingresses.flatMap((ingress) =>
    (ingress.spec.rules ?? []).flatMap((rule, index) =>
      hostRank(rule.host, host) === undefined ? [] : [{ ingress, index, paths: rule.http?.paths ?? [] }],
    ),
  );
