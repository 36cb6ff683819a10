import type { Target } from '../../diagnosis/model/target.ts';
import { resolveHTTPRoute } from './http-route-target.ts';
import { resolveIngress } from './ingress-target.ts';
import type { ResolvedTarget, TargetReader } from './resolved-target.ts';
import { resolveService } from './service-target.ts';

/** `spec.target` → the URL to ask and where to connect for it. */
export async function resolveTarget(target: Target, reader: TargetReader): Promise<ResolvedTarget> {
  switch (target.kind) {
    case 'URL':
      return { kind: 'Found', url: target.url };
    case 'Service':
      return resolveService(target, reader);
    case 'Ingress':
      return resolveIngress(target, reader);
    default:
      return resolveHTTPRoute(target, reader);
  }
}

/** The target for people, where no URL is known yet. */
export const nameOfTarget = (target: Target): string =>
  target.kind === 'URL' ? displayed(target.url) : `${target.kind}/${target.name}`;

/** Without query values, fragment and user info. */
function displayed(text: string): string {
  const url = URL.parse(text);
  if (url === null) return '';
  const names = [...url.searchParams.keys()].map((name) => `${name}=…`);
  return `${url.origin}${url.pathname}${names.length === 0 ? '' : `?${names.join('&')}`}`;
}
