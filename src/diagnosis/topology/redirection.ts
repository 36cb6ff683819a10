import type { AnsweredBy, Observation } from '../model/observation.ts';
import type { RoutedRequest } from '../model/route-evidence.ts';

/** The last redirect that a request followed. */
export interface Redirection {
  readonly from: RoutedRequest;
  /** Who sent it, where the answer told. */
  readonly by?: AnsweredBy;
  /** Where it led; absent where that was not kept. */
  readonly port?: number;
}

const portOf = ({ port, protocol }: URL): number =>
  port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);

/** Undefined where there was none, or where it led to another host, of which the route knows nothing. */
export function redirectionWithin({ redirects, finalURL, method }: Observation): Redirection | undefined {
  const last = redirects.at(-1);
  const url = last && URL.parse(last.url);
  const final = URL.parse(finalURL);
  if (!last || !url || (final !== null && final.hostname !== url.hostname)) return undefined;
  const isKept = final !== null && final.href !== url.href;
  return {
    from: {
      scheme: url.protocol === 'https:' ? 'https' : 'http',
      host: url.hostname,
      port: portOf(url),
      path: url.pathname,
      method,
    },
    ...(last.answeredBy && { by: last.answeredBy }),
    ...(isKept ? { port: portOf(final) } : {}),
  };
}
