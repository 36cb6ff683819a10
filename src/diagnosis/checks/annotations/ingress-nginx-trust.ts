import { isNginx } from '../../model/answering.ts';
import type { Observation } from '../../model/observation.ts';
import { certificateFaultOf } from '../../topology/backend-certificates.ts';
import { type Effect, type EffectContext, podsServe, when } from './effect.ts';

const PREFIX = 'nginx.ingress.kubernetes.io/';

/** The name that nginx looks for where nobody gives it one: that of the upstream in its own configuration. */
const OWN_NAME = 'upstream_balancer';

const answersOverTLS = ({ hops }: EffectContext): readonly Observation[] =>
  hops
    .filter(({ hop, observation }) => hop === 'Pod' && observation.tls !== undefined)
    .map(({ observation }) => observation);

const isSetBySnippet = ({ annotations }: EffectContext): boolean =>
  ['configuration-snippet', 'server-snippet'].some((key) =>
    annotations[`${PREFIX}${key}`]?.includes('proxy_ssl_name'),
  );

/** Who signed it is known to the controller alone. */
function isProved(context: EffectContext): boolean {
  const name = context.annotations[`${PREFIX}proxy-ssl-name`] ?? OWN_NAME;
  return (
    !isSetBySnippet(context) &&
    answersOverTLS(context).every((answer) => certificateFaultOf(answer, [name]) !== undefined)
  );
}

/** nginx reads none of the annotations about its backend's certificate without the one that names its own. */
export const DISTRUSTS_BACKEND: Effect = {
  key: `${PREFIX}proxy-ssl-verify`,
  reason: 'IngressDistrustsBackend',
  explains: [502],
  does: (value, context) =>
    when(
      value === 'on' &&
        context.annotations[`${PREFIX}proxy-ssl-secret`] !== undefined &&
        isNginx(context.observation.answeredBy) &&
        answersOverTLS(context).length > 0 &&
        podsServe(context),
      'sends nothing to a backend whose certificate is not of the name and authority that it looks for',
    ),
  isDoubtful: (context) => !isProved(context),
};
