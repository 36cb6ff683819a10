import type { Pod } from '../model/pod.ts';

/** By what the Pods of an ingress controller are known, and what they do. */
export interface IngressController {
  /** Any of these label sets, as the controller's own manifests and charts set them. */
  readonly labels: readonly Readonly<Record<string, string>>[];
  /** A part of the image's name. */
  readonly image: string;
  /** It only configures who takes the requests: a load balancer outside, or proxies of another name. */
  readonly configuresOthers?: true;
  /** It may run outside the cluster that it serves, as a cloud's own service. */
  readonly mayRunElsewhere?: true;
}

const named = (...names: readonly string[]) => names.map((name) => ({ 'app.kubernetes.io/name': name }));

/** By the beginning of `spec.controller` of an IngressClass. */
const CONTROLLERS: Readonly<Record<string, IngressController>> = {
  'k8s.io/ingress-nginx': { labels: named('ingress-nginx'), image: 'ingress-nginx' },
  'nginx.org/ingress-controller': { labels: named('nginx-ingress'), image: 'nginx-ingress' },
  'traefik.io/ingress-controller': { labels: [...named('traefik'), { app: 'traefik' }], image: 'traefik' },
  'haproxy.org/ingress-controller': { labels: named('kubernetes-ingress'), image: 'kubernetes-ingress' },
  'haproxy-ingress.github.io/controller': { labels: named('haproxy-ingress'), image: 'haproxy-ingress' },
  'ingress-controllers.konghq.com/kong': {
    labels: [...named('kong', 'controller'), { app: 'ingress-kong' }],
    image: 'kong',
  },
  'projectcontour.io/': {
    labels: [...named('contour'), { app: 'contour' }],
    image: 'contour',
    configuresOthers: true,
  },
  'getambassador.io/ingress-controller': { labels: named('emissary-ingress'), image: 'emissary' },
  'ingress.k8s.aws/alb': {
    labels: named('aws-load-balancer-controller'),
    image: 'aws-load-balancer-controller',
    configuresOthers: true,
    mayRunElsewhere: true,
  },
};

/** The controller of a class, where it is one that is known to run as Pods. */
export const controllerOf = (controller = ''): IngressController | undefined =>
  Object.entries(CONTROLLERS).find(([prefix]) => controller.startsWith(prefix))?.[1];

/** By which a controller is known, whatever its labels. */
export const CONTROLLER_IMAGES: readonly string[] = Object.values(CONTROLLERS).map(({ image }) => image);

/** Whether a container of the Pod runs an image with this in its name. */
export const runsImage = ({ spec }: Pod, image: string): boolean =>
  spec.containers.some((container) => container.image?.includes(image) ?? false);
