import { type Effect, type EffectFamily, isTrue, when } from './effect.ts';

const traefik = (key: string, effect: Omit<Effect, 'key'>): Effect => ({
  key: `traefik.ingress.kubernetes.io/router.${key}`,
  ...effect,
});

/** By the names that Traefik's own chart gives its entry points. */
const isSecure = (entryPoint: string): boolean => /secure|https|443/i.test(entryPoint);

/** What Traefik answers by itself because of an annotation. */
export const TRAEFIK_EFFECTS: EffectFamily = {
  prefix: 'traefik.ingress.kubernetes.io/',
  controller: 'traefik.io/ingress-controller',
  effects: [
    traefik('entrypoints', {
      reason: 'IngressClosedToRequest',
      explains: [404],
      isCertain: true,
      does: (value, { request: { scheme } }) => {
        const isOpen = value.split(',').some((each) => isSecure(each) === (scheme === 'https'));
        return when(!isOpen, `takes requests on entry point ${value} only, and not over ${scheme}`);
      },
    }),
    traefik('tls', {
      reason: 'IngressClosedToRequest',
      explains: [404],
      isCertain: true,
      does: (value, { request }) =>
        when(isTrue(value) && request.scheme === 'http', 'takes requests over https only'),
    }),
    traefik('middlewares', {
      reason: 'IngressAnswersItself',
      explains: ['3xx', 401, 403, 429],
      does: () => 'sends requests through middlewares, which may answer by themselves',
      isDoubtful: ({ observation }) => observation.answeredBy?.layer !== 'Ingress',
    }),
  ],
};
