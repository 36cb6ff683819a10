import type { StatusProbeStatus } from '../../api/generated.ts';
import type { Observation } from '../../diagnosis/model/observation.ts';

type LastProbe = NonNullable<StatusProbeStatus['lastProbe']>;

/** What the status tells of a probe. Headers and body of the answer stay out of it. */
export function lastProbeOf(observation: Observation): LastProbe {
  const { time, success, url, finalURL, redirects, durationMilliseconds } = observation;
  return {
    time,
    ...present(observation, 'code'),
    success,
    ...present(observation, 'failure'),
    url,
    finalURL,
    redirects: redirects.map((redirect) => ({ url: redirect.url, code: redirect.code })),
    ...present(observation, 'remoteAddress'),
    ...present(observation, 'httpVersion'),
    durationMilliseconds,
    ...tlsOf(observation),
    ...present(observation, 'answeredBy'),
  };
}

/** The field where it has a value, else nothing. */
const present = <Key extends 'code' | 'failure' | 'remoteAddress' | 'httpVersion' | 'answeredBy'>(
  observation: Observation,
  key: Key,
): { [K in Key]?: NonNullable<Observation[K]> } =>
  observation[key] === undefined
    ? {}
    : ({ [key]: observation[key] } as { [K in Key]: NonNullable<Observation[K]> });

function tlsOf({ tls }: Observation): Pick<LastProbe, 'tls'> {
  if (tls === undefined) return {};
  const { version, cipher, notAfterTime } = tls;
  return { tls: { version, cipher, ...(notAfterTime === undefined ? {} : { notAfterTime }) } };
}
