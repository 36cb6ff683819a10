import type { StatusProbeSpec } from '../api/generated.ts';
import { UsageError } from './usage-error.ts';

/** What `statusprobe diagnose` is asked to look at: a target of its own, or a StatusProbe that exists. */
export type DiagnoseTarget =
  | { readonly kind: 'Target'; readonly target: StatusProbeSpec['target'] }
  | { readonly kind: 'StatusProbe'; readonly name: string };

const FORMS =
  'give a URL (https://shop.example/cart), ingress/NAME, service/NAME[:PORT], httproute/NAME or statusprobe/NAME';

/** A Kubernetes object name: DNS subdomain, RFC 1123. */
const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

function nameFrom(text: string, argument: string): string {
  if (!NAME.test(text))
    throw new UsageError(`${JSON.stringify(argument)} names no Kubernetes object: ${FORMS}`);
  return text;
}

/** `NAME` or `NAME:PORT`; without a port the Service's port 80 is asked. */
function serviceReference(
  text: string,
  argument: string,
): NonNullable<StatusProbeSpec['target']['serviceRef']> {
  const [name = '', port = '80', ...rest] = text.split(':');
  const isNumber = /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535;
  if (rest.length > 0 || !(isNumber || /^(?=.*[a-z])[a-z0-9-]{1,63}$/.test(port))) {
    throw new UsageError(
      `${JSON.stringify(argument)} has no valid port: give a number from 1 to 65535 or a port's name`,
    );
  }
  return { name: nameFrom(name, argument), port: isNumber ? Number(port) : port };
}

/** Reads the argument of `statusprobe diagnose`. */
export function parseDiagnoseTarget(argument: string): DiagnoseTarget {
  if (/^https?:\/\//i.test(argument)) return { kind: 'Target', target: { url: argument } };
  const slash = argument.indexOf('/');
  const kind = argument.slice(0, Math.max(slash, 0)).toLowerCase();
  const rest = argument.slice(slash + 1);
  switch (kind) {
    case 'ingress':
    case 'ing':
      return { kind: 'Target', target: { ingressRef: { name: nameFrom(rest, argument) } } };
    case 'service':
    case 'svc':
      return { kind: 'Target', target: { serviceRef: serviceReference(rest, argument) } };
    case 'httproute':
      return { kind: 'Target', target: { httpRouteRef: { name: nameFrom(rest, argument) } } };
    case 'statusprobe':
    case 'stp':
      return { kind: 'StatusProbe', name: nameFrom(rest, argument) };
    default:
      throw new UsageError(`${JSON.stringify(argument)} is nothing that can be diagnosed: ${FORMS}`);
  }
}
