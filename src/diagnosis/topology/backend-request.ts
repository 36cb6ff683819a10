import { RE2JS } from 're2js';
import type { IngressMatch } from '../model/ingress-evidence.ts';
import type { Service, ServicePort } from '../model/kubernetes.ts';
import { protocolSetting, schemeBySetting, schemeOfPort } from './backend-protocol.ts';

/** The request as a proxy sends it on to the Service. */
export interface BackendRequest {
  readonly scheme: 'http' | 'https';
  readonly path: string;
  /** The Host in place of the one that was asked for. */
  readonly host?: string;
}

const NGINX = 'nginx.ingress.kubernetes.io/';
const UPSTREAM_VHOST = `${NGINX}upstream-vhost`;
const REWRITE_TARGET = `${NGINX}rewrite-target`;

/** By these a controller may change path or Host in ways that only it knows. */
const OPAQUE_ANNOTATIONS = [
  `${NGINX}configuration-snippet`,
  `${NGINX}server-snippet`,
  'nginx.org/rewrites',
  'traefik.ingress.kubernetes.io/router.middlewares',
  'haproxy.org/path-rewrite',
  'haproxy.org/set-host',
  'haproxy-ingress.github.io/rewrite-target',
  'konghq.com/strip-path',
  'konghq.com/plugins',
];
const OPAQUE_PREFIX = 'alb.ingress.kubernetes.io/transforms.';

const PROTOCOL_ANNOTATIONS = [`${NGINX}backend-protocol`, 'alb.ingress.kubernetes.io/backend-protocol'];

/** What the groups of a path's expression catch of a path, the whole first; undefined where it does not take it. */
export function caughtBy(pattern: string, path: string): readonly string[] | undefined {
  try {
    const matcher = RE2JS.compile(`^${pattern}`, RE2JS.CASE_INSENSITIVE).matcher(path);
    if (!matcher.find()) return undefined;
    return Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group) ?? '');
  } catch {
    return undefined;
  }
}

/** nginx replaces the whole path by the target, with what the groups of the path's expression caught. */
const rewritten = (pattern: string, target: string, path: string): string | undefined => {
  const caught = caughtBy(pattern, path);
  return caught && target.replace(/\$(\d)/g, (_, group: string) => caught[Number(group)] ?? '');
};

function backendPath({ ingress, path: rule }: IngressMatch, path: string): string | undefined {
  const annotations = ingress.metadata.annotations ?? {};
  const isOpaque = Object.keys(annotations).some(
    (key) => OPAQUE_ANNOTATIONS.includes(key) || key.startsWith(OPAQUE_PREFIX),
  );
  if (isOpaque) return undefined;
  const target = annotations[REWRITE_TARGET];
  return target === undefined || rule === undefined ? path : rewritten(rule.path ?? '/', target, path);
}

/** The Service that gets it, and the controller that sends it where that is known. */
export interface Receiver {
  readonly service: Service;
  readonly port: ServicePort;
  /** `spec.controller` of the IngressClass. */
  readonly controller?: string;
}

/** How the controller asks the Service; undefined for what is not HTTP/1. */
export function backendScheme(
  { ingress }: IngressMatch,
  { service, port, controller }: Receiver,
): 'http' | 'https' | undefined {
  const setting = protocolSetting(controller);
  if (setting !== undefined) return schemeBySetting(setting, { ingress, service, port });
  const annotations = ingress.metadata.annotations ?? {};
  const annotated = PROTOCOL_ANNOTATIONS.map((key) => annotations[key]?.toLowerCase()).find(
    (value) => value !== undefined,
  );
  if (annotated === undefined) return schemeOfPort(port);
  return annotated === 'https' || annotated === 'http' ? annotated : undefined;
}

/** The Host that nginx is told to send on, which may name the Service by variables; undefined where others are in it. */
function vhost(text: string, { ingress }: IngressMatch, { service, port }: Receiver): string | undefined {
  const variables: Readonly<Record<string, string>> = {
    service_name: service.metadata.name,
    namespace: ingress.metadata.namespace ?? '',
    service_port: String(port.port),
  };
  const host = text.replace(/\$\{?(\w+)\}?/g, (all, name: string) => variables[name] ?? all);
  return /^[a-z\d.-]+(:\d+)?$/i.test(host) ? host : undefined;
}

/** What an Ingress makes of a request before its Service sees it; undefined where that cannot be told. */
export function backendRequest(
  match: IngressMatch,
  receiver: Receiver,
  path: string,
): BackendRequest | undefined {
  const scheme = backendScheme(match, receiver);
  const sentPath = backendPath(match, path);
  if (scheme === undefined || sentPath === undefined) return undefined;
  const written = match.ingress.metadata.annotations?.[UPSTREAM_VHOST];
  if (written === undefined) return { scheme, path: sentPath };
  const host = vhost(written, match, receiver);
  return host === undefined ? undefined : { scheme, path: sentPath, host };
}
