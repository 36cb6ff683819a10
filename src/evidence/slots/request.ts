import type { RoutedRequest } from '../../diagnosis/model/evidence.ts';
import { found } from '../../diagnosis/model/lookup.ts';
import type { Observation } from '../../diagnosis/model/observation.ts';
import type { Target } from '../../diagnosis/model/target.ts';
import type { SlotReader } from '../slot-context.ts';

const DEFAULT_PORTS = { http: 80, https: 443 } as const;

/** Where a redirect led off the object that the probe names, that object's own answer is the one to explain. */
function urlToExplain({ url, finalURL }: Observation, target: Target): URL | null {
  const asked = URL.parse(url);
  const final = URL.parse(finalURL);
  return target.kind === 'URL' || final?.hostname === asked?.hostname ? (final ?? asked) : asked;
}

/** What was asked, where no URL could be made because the target does not exist. */
function fromTarget(target: Target): Omit<RoutedRequest, 'method'> {
  if (target.kind === 'URL') return { scheme: 'http', host: '', port: 80, path: '/' };
  const scheme = target.scheme === 'HTTPS' ? 'https' : 'http';
  const host = target.kind === 'Service' ? `${target.name}.${target.namespace}.svc` : (target.host ?? '');
  const port = typeof target.port === 'number' ? target.port : DEFAULT_PORTS[scheme];
  return { scheme, host: host.toLowerCase(), port, path: target.path?.split('?')[0] ?? '/' };
}

function fromURL(url: URL): Omit<RoutedRequest, 'method'> {
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  return {
    scheme,
    host: url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, ''),
    port: url.port === '' ? DEFAULT_PORTS[scheme] : Number(url.port),
    path: url.pathname,
  };
}

export const readRequest: SlotReader<'request'> = async ({ observation, probe }) => {
  const url = urlToExplain(observation, probe.target);
  const routed = url === null ? fromTarget(probe.target) : fromURL(url);
  return found({ ...routed, method: observation.method });
};
