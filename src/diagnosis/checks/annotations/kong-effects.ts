import { type EffectFamily, isTrue, takesOff } from './effect.ts';

/** What Kong does to a request because of an annotation. */
export const KONG_EFFECTS: EffectFamily = {
  prefix: 'konghq.com/',
  controller: 'ingress-controllers.konghq.com/kong',
  effects: [
    {
      key: 'konghq.com/strip-path',
      reason: 'IngressRewritesPath',
      explains: [404],
      isCertain: true,
      does: (value, context) =>
        isTrue(value) ? takesOff(context.match.path?.path ?? '/', context) : undefined,
    },
  ],
};
