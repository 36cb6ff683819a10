import { caughtBy } from '../../topology/backend-request.ts';
import { type Effect, type EffectContext, takesOff, when } from './effect.ts';

const KEY = 'nginx.ingress.kubernetes.io/rewrite-target';

/** What an application says of a path that it was not meant to get. */
const OF_WRONG_PATH = [301, 302, 303, 307, 308, 400, 403, 404, 405, 'Assertion'] as const;

const withoutSlash = (path: string): string => path.replace(/\/$/, '');

/** Without a group in the target, all that follows the path of the rule is lost. */
const losesPath = (target: string, { match, request }: EffectContext): boolean =>
  !/\$\d/.test(target) && withoutSlash(request.path) !== withoutSlash(match.path?.path ?? '/');

/** What of the rule's expression every path begins with. */
const plainBeginning = ({ match }: EffectContext): string =>
  /^(\/[\w./-]*)\(/.exec(match.path?.path ?? '')?.[1] ?? '';

/** The groups that a target names, as numbers. */
const groupsOf = (target: string): readonly number[] =>
  [...target.matchAll(/\$(\d)/g)].map(([, group]) => Number(group));

/** Why nothing of what was asked comes through, though the target names a group; undefined where something does. */
function catchesNothing(target: string, { match, request }: EffectContext): string | undefined {
  const groups = groupsOf(target);
  const caught = caughtBy(match.path?.path ?? '/', request.path);
  if (groups.length === 0 || caught === undefined) return undefined;
  const absent = groups.find((group) => group >= caught.length);
  if (absent !== undefined)
    return `rewrites the path to ${target}, while the path of its rule has no group ${absent}`;
  // `$1` of `/api(/|$)(.*)` is the slash; what follows is in the next group.
  const isSlash = groups.every((group) => (caught[group] ?? '') === '/');
  const isLeftOut = isSlash && caught.slice(1).some((text) => withoutSlash(text) !== '');
  return when(isLeftOut, `rewrites the path to ${target}, which holds a slash and not what follows it`);
}

/** What rewrite-target leaves of a path. */
export const INGRESS_NGINX_REWRITES: readonly Effect[] = [
  {
    key: KEY,
    reason: 'IngressRewritesPath',
    explains: [404],
    isCertain: true,
    does: (value, context) =>
      when(losesPath(value, context), `rewrites the whole path to ${value} and drops what follows`) ??
      (/^\/?\$\d$/.test(value) ? takesOff(plainBeginning(context), context) : undefined),
  },
  {
    key: KEY,
    reason: 'IngressRewritesPath',
    explains: OF_WRONG_PATH,
    isCertain: true,
    does: catchesNothing,
  },
];
