import type { Pod } from '../model/pod.ts';

/** By what the Pods of an ingress controller are known. */
export interface ControllerLooks {
  /** Any of these label sets, as the controller's own manifests and charts set them. */
  readonly labels: readonly Readonly<Record<string, string>>[];
  /** A part of the image's name. */
  readonly image: string;
}

const named = (...names: readonly string[]) => names.map((name) => ({ 'app.kubernetes.io/name': name }));

/** By the beginning of `spec.controller` of an IngressClass; only controllers that run as Pods of their cluster. */
const LOOKS: Readonly<Record<string, ControllerLooks>> = {
  'k8s.io/ingress-nginx': { labels: named('ingress-nginx'), image: 'ingress-nginx' },
  'nginx.org/ingress-controller': { labels: named('nginx-ingress'), image: 'nginx-ingress' },
  'traefik.io/ingress-controller': { labels: [...named('traefik'), { app: 'traefik' }], image: 'traefik' },
  'haproxy.org/ingress-controller': { labels: named('kubernetes-ingress'), image: 'kubernetes-ingress' },
  'haproxy-ingress.github.io/controller': { labels: named('haproxy-ingress'), image: 'haproxy-ingress' },
  'ingress-controllers.konghq.com/kong': {
    labels: [...named('kong', 'controller'), { app: 'ingress-kong' }],
    image: 'kong',
  },
  'projectcontour.io/': { labels: [...named('contour'), { app: 'contour' }], image: 'contour' },
  'getambassador.io/ingress-controller': { labels: named('emissary-ingress'), image: 'emissary' },
  'ingress.k8s.aws/alb': {
    labels: named('aws-load-balancer-controller'),
    image: 'aws-load-balancer-controller',
  },
};

export const controllerLooks = (controller: string): ControllerLooks | undefined =>
  Object.entries(LOOKS).find(([prefix]) => controller.startsWith(prefix))?.[1];

/** Whether a Pod runs the controller, whatever its labels. */
export const looksLike = ({ spec }: Pod, { image }: ControllerLooks): boolean =>
  spec.containers.some((container) => container.image?.includes(image) ?? false);

/** Controllers that only configure who takes the requests: a load balancer outside, or proxies of another name. */
const CONFIGURES_OTHERS = ['ingress.k8s.aws/alb', 'projectcontour.io/'];

/** Whether requests pass through the controller's own Pods. */
export const carriesRequests = (controller: string): boolean =>
  !CONFIGURES_OTHERS.some((prefix) => controller.startsWith(prefix));
