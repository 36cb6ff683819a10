import { found } from '../../diagnosis/model/lookup.ts';
import type { Observation } from '../../diagnosis/model/observation.ts';
import type { RoutedRequest } from '../../diagnosis/model/route-evidence.ts';
import type { Target } from '../../diagnosis/model/target.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';

const DEFAULT_PORTS = { http: 80, https: 443 } as const;

/** Where a redirect led off the object that the probe names, that object's own answer is the one to explain. */
function urlToExplain({ url, finalURL }: Observation, target: Target): URL | null {
  const asked = URL.parse(url);
  const final = URL.parse(finalURL);
  return target.kind === 'URL' || final?.hostname === asked?.hostname ? (final ?? asked) : asked;
}

/** The host that an Ingress or HTTPRoute is asked for where the target leaves it open: its first. */
async function firstHost({ reader, probe: { target } }: SlotContext): Promise<string> {
  if (target.kind === 'HTTPRoute') {
    const route = await reader.get('HTTPRoute', target);
    const { hostnames = [] } = (route.ok ? route.value?.spec : undefined) ?? {};
    return hostnames.find((hostname) => !hostname.startsWith('*')) ?? '';
  }
  if (target.kind !== 'Ingress') return '';
  const looked = await reader.get('Ingress', target);
  const rules = (looked.ok ? looked.value?.spec.rules : undefined) ?? [];
  return rules.find(({ host = '*' }) => !host.startsWith('*'))?.host ?? '';
}

/** What would have been asked, where no URL could be made because nobody serves the target. */
async function fromTarget(context: SlotContext): Promise<Omit<RoutedRequest, 'method'>> {
  const { target } = context.probe;
  if (target.kind === 'URL') return { scheme: 'http', host: '', port: 80, path: '/' };
  const scheme = target.scheme === 'HTTPS' ? 'https' : 'http';
  const host =
    target.kind === 'Service'
      ? `${target.name}.${target.namespace}.svc`
      : (target.host ?? (await firstHost(context)));
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

export const readRequest: SlotReader<'request'> = async (context) => {
  const { observation, probe } = context;
  const url = urlToExplain(observation, probe.target);
  const routed = url === null ? await fromTarget(context) : fromURL(url);
  const { headers, bodyBytes } = probe;
  return found({
    ...routed,
    method: observation.method,
    ...(headers && { headers }),
    ...(bodyBytes === undefined ? {} : { bodyBytes }),
  });
};
