import { type EffectFamily, takesOff } from './effect.ts';

/** `/shop/(.*) /\1`: the path before the group is lost. */
const STRIPS = /^\^?(\/[\w./-]*?)\/?\(\S+\s+\/?\\\d$/;

/** What the HAProxy Ingress Controller does to a request because of an annotation. */
export const HAPROXY_EFFECTS: EffectFamily = {
  prefix: 'haproxy.org/',
  controller: 'haproxy.org/ingress-controller',
  effects: [
    {
      key: 'haproxy.org/path-rewrite',
      reason: 'IngressRewritesPath',
      explains: [404],
      isCertain: true,
      does: (value, context) => takesOff(STRIPS.exec(value.trim())?.[1] ?? '', context),
    },
  ],
};
