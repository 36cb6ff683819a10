import { isNginx } from '../../model/answering.ts';
import { type Effect, type EffectContext, hasReadyEndpoint, podsServe, when } from './effect.ts';

const PREFIX = 'nginx.ingress.kubernetes.io/';

/** Annotations of which each makes nginx answer 503 by itself, too. */
const LIMITS = ['limit-rps', 'limit-rpm', 'limit-connections', 'global-rate-limit'];

/** Whether nothing but the controller can have written it: it has somebody to send to, and no Pod says the same. */
const isControllers = (context: EffectContext): boolean => {
  const { observation, hops } = context;
  const asked = hops.filter(({ hop, observation: { code } }) => hop === 'Pod' && code !== undefined);
  return (
    isNginx(observation.answeredBy) && hasReadyEndpoint(context) && (asked.length === 0 || podsServe(context))
  );
};

const isWithout = ({ annotations }: EffectContext, keys: readonly string[]): boolean =>
  keys.every((key) => annotations[`${PREFIX}${key}`] === undefined);

type Mistake = (value: string, context: EffectContext) => string | undefined;

/** What the controller cannot make sense of or cannot find, it denies to everybody: it never opens what should be closed. */
const denies = (key: string, mistake: Mistake, explains: Effect['explains'] = [503]): Effect => ({
  key: `${PREFIX}${key}`,
  reason: 'IngressDeniesLocation',
  explains,
  does: (value, context) => (isControllers(context) ? mistake(value, context) : undefined),
  // Only Pods that serve leave nobody else, and a limit says 503 of healthy Pods, too.
  isDoubtful: (context) => !podsServe(context) || !isWithout(context, LIMITS),
});

/** Of what the annotation names it must be known that it is missing: what exists may well be used. */
function deniesWithout(key: string, mistake: Mistake, explains?: Effect['explains']): Effect {
  const effect = denies(key, mistake, explains);
  return {
    ...effect,
    isDoubtful: (context) => effect.isDoubtful?.(context) === true || context.secrets?.[effect.key] !== false,
  };
}

const MISSES = 'denies every request while what it names is missing or cannot be used';

const misses =
  (isAsked: (context: EffectContext) => boolean = () => true): Mistake =>
  (_, context) =>
    when(isAsked(context), MISSES);

/** As the controller reads it; variables of nginx may stand in it. */
function isURL(value: string): boolean {
  const [, host = ''] = /^https?:\/\/([^/?#]+)/.exec(value.trim()) ?? [];
  return host !== '' && !host.includes('..');
}

const isAddressList = (value: string): boolean =>
  value.split(',').every((each) => /^\s*(?:[\d.]+|[\da-f:]*:[\da-f:.]*)(?:\/\d{1,3})?\s*$/i.test(each));

const unreadable =
  (isReadable: (value: string) => boolean): Mistake =>
  (value) =>
    when(!isReadable(value), 'denies every request while its controller cannot read the value');

const METHOD = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|CONNECT|OPTIONS|TRACE)$/;

/** What makes ingress-nginx deny a location: it answers 503, though the Pods are ready. */
export const INGRESS_NGINX_DENIALS: readonly Effect[] = [
  deniesWithout(
    'auth-secret',
    misses((context) => !isWithout(context, ['auth-type'])),
  ),
  denies('auth-type', (value, context) =>
    when(
      !/^(?:basic|digest)$/.test(value) || isWithout(context, ['auth-secret']),
      'denies every request while it asks for a password and none can be checked',
    ),
  ),
  denies(
    'auth-secret-type',
    unreadable((value) => /^auth-(?:file|map)$/.test(value)),
  ),
  deniesWithout(
    'auth-tls-secret',
    // Who is not of the name that is wanted gets a 403, too.
    misses((context) => context.observation.code === 503 || isWithout(context, ['auth-tls-match-cn'])),
    [403, 503],
  ),
  deniesWithout('proxy-ssl-secret', misses()),
  deniesWithout(
    'auth-proxy-set-headers',
    misses((context) => !isWithout(context, ['auth-url'])),
  ),
  deniesWithout('fastcgi-params-configmap', misses()),
  denies('auth-url', unreadable(isURL)),
  denies(
    'auth-method',
    unreadable((value) => METHOD.test(value)),
  ),
  ...['whitelist-source-range', 'allowlist-source-range', 'denylist-source-range'].map((key) =>
    denies(key, unreadable(isAddressList)),
  ),
];
