import { entranceHops } from '../model/answering.ts';
import { defineCheck } from '../model/check.ts';
import type { HostRecords } from '../model/host-records.ts';
import { isTooLate } from '../model/lateness.ts';
import { type Observation, remoteIP } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';
import type { HopAnswer } from '../model/route-evidence.ts';

/** What edges answer of their own making where they get no answer that they can pass on. */
const OF_ORIGIN: ReadonlySet<number> = new Set([500, 502, 503, 504, 520, 521, 522, 523, 525, 526, 527, 530]);

/** How an edge says what it met; the first that fits. */
const REMEDIES: readonly (readonly [said: RegExp, remedy: string])[] = [
  [
    /\b52[56]\b|SSL|TLS|certificate|handshake/i,
    'Let it ask by a host name that the certificate of {entrance} is for, over a version of TLS that this speaks',
  ],
  [
    /(?:unknown domain|resolve|resolution|DNS|\b530\b)/i,
    'Set its origin to a host name that DNS knows and that leads to {entrance}',
  ],
];
const REMEDY =
  'Set host name, port and protocol of its origin to those of {entrance}, and let firewalls admit its addresses';

const remedyFor = ({ code, bodyStart = '' }: Observation, entrance: string): string => {
  const said = `${code} ${bodyStart}`;
  const remedy = REMEDIES.find(([pattern]) => pattern.test(said))?.[1] ?? REMEDY;
  return remedy.replace('{entrance}', entrance);
};

/** A load balancer may be the entrance itself: then it is asked by itself. */
function isBefore(observation: Observation, records: HostRecords | undefined): boolean {
  const { answeredBy, code = 0 } = observation;
  if (answeredBy?.confidence !== 'High' || !OF_ORIGIN.has(code)) return false;
  const remote = remoteIP(observation);
  const isElsewhere = remote !== undefined && records?.publishedAddresses.includes(remote) === false;
  return answeredBy.layer === 'Edge' || (answeredBy.layer === 'LoadBalancer' && isElsewhere);
}

/** Entrances that were asked at addresses of their own; undefined unless all of them answered as expected. */
function servingEntrance(hops: readonly HopAnswer[], observation: Observation): HopAnswer | undefined {
  const asked = entranceHops({ hops }).filter(({ address }) => address !== remoteIP(observation));
  return asked.every((one) => one.observation.success) ? asked[0] : undefined;
}

export const edgeOrigin = defineCheck({
  id: 'edge-origin',
  title: 'The edge before the Ingress or Gateway reaches it',
  layer: 'Edge',
  needs: ['observation', 'request', 'home'],
  wants: ['hops', 'hostRecords'],
  reasons: {
    EdgeCannotReachOrigin: {
      severity: 'Error',
      owner: 'DevOps',
      message:
        '{product} before {host} gets no answer that it can pass on, while {entrance}, asked directly, answers as expected',
      fix: '{remedy}',
      explains: ['5xx'],
    },
  },
  run({ observation, request: { host }, home, hops = [], hostRecords }, report) {
    // Whoever waited in vain may do so once: another check asks again.
    if (!isBefore(observation, hostRecords) || isTooLate(observation)) return [];
    const entrance = servingEntrance(hops, observation);
    if (entrance === undefined) return [];
    const { product = '', evidence = [], layer = 'Edge' } = observation.answeredBy ?? {};
    return [
      report('EdgeCannotReachOrigin', {
        subject: referenceTo({ kind: 'Host', name: host }, home),
        slots: {
          product,
          host,
          entrance: entrance.ref,
          remedy: remedyFor(observation, entrance.ref),
        },
        observed: String(observation.code),
        evidence: [...evidence, `${entrance.ref}, asked directly, answers ${entrance.observation.code}`],
        confidence: 'Medium',
        layer,
      }),
    ];
  },
});
