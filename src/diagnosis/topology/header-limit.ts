import type { AnswerEvidence } from '../model/answering.ts';
import type { Evidence } from '../model/evidence.ts';
import { bytesOf } from '../model/nginx-size.ts';
import type { Observation } from '../model/observation.ts';
import type { Confidence } from '../model/vocabulary.ts';

/** A product that answers by itself where the headers of its backend's answer are too large for it. */
interface Product {
  readonly name: RegExp;
  readonly codes: readonly number[];
  /** The controllers of Ingresses that route by it, by `spec.controller`. */
  readonly controllers: RegExp;
  /** What it takes unless it is told otherwise; where that depends on the machine, the most. */
  readonly size: string;
  /** The annotation of the Ingress that sets it. */
  readonly key?: string;
  /** What sets it for all; absent where nobody can. */
  readonly setting?: string;
}

const NGINX = { name: /nginx/i, codes: [502], setting: 'proxy_buffer_size of nginx' } as const;

/** Traefik is not among them: it takes more than the prober reads. */
const PRODUCTS: readonly Product[] = [
  {
    ...NGINX,
    controllers: /^k8s\.io\/ingress-nginx/,
    size: '4k',
    key: 'nginx.ingress.kubernetes.io/proxy-buffer-size',
  },
  { ...NGINX, controllers: /^nginx\.org\//, size: '8k', key: 'nginx.org/proxy-buffer-size' },
  { ...NGINX, controllers: /nginx|apisix|wallarm/, size: '8k' },
  {
    name: /^Kong$/,
    codes: [502],
    controllers: /kong/,
    size: '8k',
    setting: 'nginx_proxy_proxy_buffer_size of Kong',
  },
  {
    name: /^HAProxy$/,
    codes: [502],
    controllers: /haproxy/,
    size: '16k',
    setting: 'tune.bufsize of HAProxy',
  },
  {
    name: /^(?:Envoy|Istio)$/,
    codes: [502, 503],
    controllers: /contour|envoy|istio|getambassador|gloo/,
    size: '60k',
    setting: 'max_response_headers_kb of Envoy',
  },
  { name: /^ALB$/, codes: [502], controllers: /\/alb$/, size: '32k' },
];

/** How many bytes of headers the one who answered takes of its backend. */
export interface HeaderLimit {
  readonly bytes: number;
  readonly size: string;
  readonly key?: string;
  /** What has to be raised; absent where nobody can. */
  readonly setting?: string;
  readonly confidence: Confidence;
}

export type LimitEvidence = AnswerEvidence & Partial<Pick<Evidence, 'ingressClass'>>;

const answers =
  ({ code = 0, answeredBy }: Observation) =>
  ({ name, codes }: Product): boolean =>
    name.test(answeredBy?.product ?? '') && codes.includes(code);

function limitOf({ size, key, setting }: Product, set: string | undefined, confidence: Confidence) {
  const own = set === undefined ? undefined : bytesOf(set);
  return {
    bytes: own ?? bytesOf(size) ?? Number.POSITIVE_INFINITY,
    size: own === undefined ? size : (set ?? size),
    confidence: own === undefined ? confidence : 'High',
    ...(key !== undefined && { key }),
    ...(setting !== undefined && { setting }),
  } satisfies HeaderLimit;
}

/** Undefined where whoever answered is not the router, or is not known to have a limit. Who routes an Ingress must be seen to be sure. */
export function headerLimit(evidence: LimitEvidence): HeaderLimit | undefined {
  const { observation, ingress, ingressClass } = evidence;
  const products = PRODUCTS.filter(answers(observation));
  const route = ingress?.match?.ingress;
  const controller = ingressClass?.ingressClass?.spec.controller;
  if (route === undefined || controller === undefined) {
    const largest = products.at(-1);
    return largest && limitOf(largest, undefined, route === undefined ? 'Medium' : 'Low');
  }
  const product = products.find(({ controllers }) => controllers.test(controller));
  const set = product?.key === undefined ? undefined : route.metadata.annotations?.[product.key];
  return product && limitOf(product, set, 'Medium');
}
