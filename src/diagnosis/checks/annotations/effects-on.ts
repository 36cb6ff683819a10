import { AWS_LOAD_BALANCER_EFFECTS } from './aws-load-balancer-effects.ts';
import type { Effect, EffectContext, EffectFamily } from './effect.ts';
import { HAPROXY_EFFECTS } from './haproxy-effects.ts';
import { INGRESS_NGINX_EFFECTS } from './ingress-nginx-effects.ts';
import { KONG_EFFECTS } from './kong-effects.ts';
import { TRAEFIK_EFFECTS } from './traefik-effects.ts';

export const FAMILIES: readonly EffectFamily[] = [
  INGRESS_NGINX_EFFECTS,
  AWS_LOAD_BALANCER_EFFECTS,
  TRAEFIK_EFFECTS,
  KONG_EFFECTS,
  HAPROXY_EFFECTS,
];

/** Annotations of another controller's have no effect; where the controller is not known, their prefix tells. */
const isInEffect = (
  { prefix, controller }: EffectFamily,
  own: string | undefined,
  keys: readonly string[],
): boolean => (own === undefined ? keys.some((key) => key.startsWith(prefix)) : own.startsWith(controller));

/** What an annotation does to a request. */
export interface AppliedEffect {
  readonly effect: Effect;
  readonly key: string;
  readonly does: string;
}

/** What the annotations of an Ingress, and their defaults, do to a request, of the effects that are asked for. */
export const effectsOn = (
  context: EffectContext,
  controller: string | undefined,
  isAsked: (effect: Effect) => boolean,
): readonly AppliedEffect[] =>
  FAMILIES.filter((family) => isInEffect(family, controller, Object.keys(context.annotations)))
    .flatMap(({ effects }) => effects)
    .filter(isAsked)
    .flatMap((effect) => {
      const key = effect.key.replace('{backend}', context.match.backend.service?.name ?? '');
      const value = context.annotations[key] ?? effect.unset;
      const does = value === undefined ? undefined : effect.does(value, context);
      return does === undefined ? [] : [{ effect, key, does }];
    });
