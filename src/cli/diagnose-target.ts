import type { StatusProbeSpec } from '../api/generated.ts';
import { UsageError } from './usage-error.ts';

type Target = StatusProbeSpec['target'];

/** What `statusprobe diagnose` is asked to look at: a target of its own, or a StatusProbe that exists. */
export type DiagnoseTarget =
  | { readonly kind: 'Target'; readonly target: Target }
  | { readonly kind: 'StatusProbe'; readonly name: string };

/** What a reference leaves open, as flags. */
export interface TargetFlags {
  readonly host?: string;
  readonly path?: string;
  readonly scheme?: 'HTTP' | 'HTTPS';
}

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
): Pick<NonNullable<Target['serviceRef']>, 'name' | 'port'> {
  const [name = '', port = '80', ...rest] = text.split(':');
  const isNumber = /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535;
  if (rest.length > 0 || !(isNumber || /^(?=.*[a-z])[a-z0-9-]{1,63}$/.test(port))) {
    throw new UsageError(
      `${JSON.stringify(argument)} has no valid port: give a number from 1 to 65535 or a port's name`,
    );
  }
  return { name: nameFrom(name, argument), port: isNumber ? Number(port) : port };
}

/** Flags that would be passed over are a mistake. */
function refuseFlags(flags: TargetFlags, unfit: readonly (keyof TargetFlags)[], remedy: string): void {
  const given = unfit.find((flag) => flags[flag] !== undefined);
  if (given !== undefined) throw new UsageError(`--${given} does not go with this target: ${remedy}`);
}

/** Reads the argument of `statusprobe diagnose`, and what the flags add to it. */
export function parseDiagnoseTarget(
  argument: string,
  { host, path, scheme }: TargetFlags = {},
): DiagnoseTarget {
  const flags: TargetFlags = {
    ...(host === undefined ? {} : { host }),
    ...(path === undefined ? {} : { path }),
    ...(scheme === undefined ? {} : { scheme }),
  };
  if (/^https?:\/\//i.test(argument)) {
    refuseFlags(flags, ['host', 'path', 'scheme'], 'write it into the URL');
    return { kind: 'Target', target: { url: argument } };
  }
  const slash = argument.indexOf('/');
  return reference(argument.slice(0, Math.max(slash, 0)).toLowerCase(), argument.slice(slash + 1), {
    argument,
    flags,
  });
}

function reference(
  kind: string,
  rest: string,
  { argument, flags }: { readonly argument: string; readonly flags: TargetFlags },
): DiagnoseTarget {
  switch (kind) {
    case 'ingress':
    case 'ing':
      return { kind: 'Target', target: { ingressRef: { name: nameFrom(rest, argument), ...flags } } };
    case 'service':
    case 'svc':
      refuseFlags(flags, ['host'], 'a Service is asked by its own name');
      return { kind: 'Target', target: { serviceRef: { ...serviceReference(rest, argument), ...flags } } };
    case 'httproute':
      return { kind: 'Target', target: { httpRouteRef: { name: nameFrom(rest, argument), ...flags } } };
    case 'statusprobe':
    case 'stp':
      refuseFlags(flags, ['host', 'path', 'scheme'], 'a StatusProbe says it itself');
      return { kind: 'StatusProbe', name: nameFrom(rest, argument) };
    default:
      throw new UsageError(`${JSON.stringify(argument)} is nothing that can be diagnosed: ${FORMS}`);
  }
}
