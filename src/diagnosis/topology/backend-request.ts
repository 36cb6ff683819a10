import { RE2JS } from 're2js';
import type { IngressMatch } from '../model/ingress-evidence.ts';
import type { Service, ServicePort } from '../model/kubernetes.ts';
import { protocolSetting, schemeBySetting, schemeOfPort } from './backend-protocol.ts';

/** The request as a proxy sends it on to the Service. */
export interface BackendRequest {
  readonly scheme: 'http' | 'https';
  readonly path: string;
}

const NGINX = 'nginx.ingress.kubernetes.io/';
const REWRITE_TARGET = `${NGINX}rewrite-target`;

/** By these a controller may change path or Host in ways that only it knows. */
const OPAQUE_ANNOTATIONS = [
  `${NGINX}configuration-snippet`,
  `${NGINX}server-snippet`,
  `${NGINX}upstream-vhost`,
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

/** nginx replaces the whole path by the target, with what the groups of the path's expression caught. */
function rewritten(pattern: string, target: string, path: string): string | undefined {
  try {
    const matcher = RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE).matcher(path);
    if (!matcher.find()) return undefined;
    return target.replace(/\$(\d)/g, (_, group: string) =>
      Number(group) <= matcher.groupCount() ? (matcher.group(Number(group)) ?? '') : '',
    );
  } catch {
    return undefined;
  }
}

function backendPath({ ingress, path: rule }: IngressMatch, path: string): string | undefined {
  const annotations = ingress.metadata.annotations ?? {};
  const isOpaque = Object.keys(annotations).some(
    (key) => OPAQUE_ANNOTATIONS.includes(key) || key.startsWith(OPAQUE_PREFIX),
  );
  if (isOpaque) return undefined;
  const target = annotations[REWRITE_TARGET];
  return target === undefined || rule === undefined ? path : rewritten(`^${rule.path ?? '/'}`, target, path);
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
  if (setting !== undefined) return schemeBySetting(setting, ingress, service, port);
  const annotations = ingress.metadata.annotations ?? {};
  const annotated = PROTOCOL_ANNOTATIONS.map((key) => annotations[key]?.toLowerCase()).find(
    (value) => value !== undefined,
  );
  if (annotated === undefined) return schemeOfPort(port);
  return annotated === 'https' || annotated === 'http' ? annotated : undefined;
}

/** What an Ingress makes of a request before its Service sees it; undefined where that cannot be told. */
export function backendRequest(
  match: IngressMatch,
  receiver: Receiver,
  path: string,
): BackendRequest | undefined {
  const scheme = backendScheme(match, receiver);
  const sentPath = backendPath(match, path);
  return scheme === undefined || sentPath === undefined ? undefined : { scheme, path: sentPath };
}
