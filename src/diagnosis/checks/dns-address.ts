import ipaddr from 'ipaddr.js';
import { isEntranceServing } from '../model/answering.ts';
import { defineCheck } from '../model/check.ts';
import { HOST_ELSEWHERE } from '../model/consequences.ts';
import type { Evidence } from '../model/evidence.ts';
import type { HostRecords } from '../model/host-records.ts';
import { type Observation, remoteIP } from '../model/observation.ts';
import type { Layer } from '../model/vocabulary.ts';

/** What stands before an Ingress on purpose, under an address of its own. */
const IN_FRONT: ReadonlySet<Layer | undefined> = new Set(['Edge', 'LoadBalancer', 'WAF', 'Auth']);

/** Headers with which whoever passes answers on, or keeps them, says so. */
const HEADERS_IN_FRONT = ['via', 'age', 'x-cache', 'x-served-by'];

const isInFront = ({ answeredBy, headers }: Observation): boolean =>
  IN_FRONT.has(answeredBy?.layer) || HEADERS_IN_FRONT.some((name) => headers[name] !== undefined);

/** What a proxy says of what it finds behind it: then it is one, and means to reach the cluster. */
const OF_WHAT_IS_BEHIND: ReadonlySet<number | undefined> = new Set([502, 503, 504]);

const PRIVATE: ReadonlySet<string> = new Set([
  'private',
  'uniqueLocal',
  'carrierGradeNat',
  'loopback',
  'linkLocal',
]);

const isPrivate = (address: string): boolean =>
  ipaddr.isValid(address) && PRIVATE.has(ipaddr.parse(address).range());

/** A name may lead to another address inside than outside: then neither is wrong. */
const isSplit = ({ addresses, publishedAddresses }: HostRecords): boolean =>
  new Set([...addresses, ...publishedAddresses].map(isPrivate)).size > 1;

/** A load balancer of AWS' controller for Ingresses has no other one of its kind before it. */
const isOfSameKind = ({ answeredBy, headers }: Observation, alb: Evidence['alb'] | undefined): boolean =>
  alb?.ingress !== undefined &&
  answeredBy?.product === 'ALB' &&
  !HEADERS_IN_FRONT.some((name) => headers[name] !== undefined);

/** Whether what was seen can be the word of somebody who is not meant to answer for the host. */
function isStranger(observation: Observation, alb: Evidence['alb'] | undefined): boolean {
  const { code, failure } = observation;
  if (code !== undefined && isOfSameKind(observation, alb)) return true;
  if (code !== undefined) return !isInFront(observation) && !OF_WHAT_IS_BEHIND.has(code);
  if (failure?.phase === 'TLS') return failure.reason === 'CertificateHostMismatch';
  return failure?.phase === 'Connect';
}

function explainsFailure(
  records: HostRecords,
  { observation, alb, ...asked }: Pick<Evidence, 'observation'> & Partial<Pick<Evidence, 'hops' | 'alb'>>,
): boolean {
  const remote = remoteIP(observation);
  const isFollowed = records.isByName && (remote === undefined || records.addresses.includes(remote));
  return isFollowed && isStranger(observation, alb) && isEntranceServing(asked) && !isSplit(records);
}

const isElsewhere = ({ addresses, publishedAddresses }: HostRecords): boolean =>
  publishedAddresses.length > 0 && !addresses.some((address) => publishedAddresses.includes(address));

export const dnsAddress = defineCheck({
  id: 'dns-address',
  title: 'DNS leads the host to the Ingress or Gateway that serves it',
  layer: 'DNS',
  needs: ['hostRecords', 'observation'],
  wants: ['hops', 'alb'],
  reasons: {
    HostPointsElsewhere: {
      severity: 'Info',
      owner: 'DevOps',
      message: 'DNS leads {host} elsewhere than to {entrance}, which is reached at {published}',
      fix: 'Point the DNS record of {host} to {published}, unless what it points to is meant to stand before {entrance}',
      explains: ['3xx', '4xx', '5xx', 'RedirectLoop', 'Connection', 'Timeout', 'TLS', 'Assertion'],
      leadsTo: [
        ...HOST_ELSEWHERE,
        'EdgeCannotReachOrigin',
        'ALBBadGateway',
        'ALBNoTarget',
        'ALBGatewayTimeout',
      ],
    },
    HostHasNoRecord: {
      severity: 'Info',
      owner: 'DevOps',
      message: 'DNS has no address for {host}, so that nobody reaches {entrance} by that name',
      fix: 'Create a DNS record for {host} that points to {published}',
      explains: ['DNS'],
    },
  },
  run({ hostRecords, ...seen }, report) {
    const { observation } = seen;
    const { host, addresses, entrance, published } = hostRecords;
    if (observation.failure?.phase === 'Resolve') return [];
    const subject = { kind: 'Host', name: host, ref: `Host/${host}` };
    const slots = { host, entrance: entrance.ref, published: [...published].sort().join(', ') };
    if (addresses.length === 0) return [report('HostHasNoRecord', { subject, slots })];
    if (!isElsewhere(hostRecords)) return [];
    const isCause = explainsFailure(hostRecords, seen);
    return [
      report('HostPointsElsewhere', {
        subject,
        slots,
        observed: addresses.slice(0, 4).join(', '),
        evidence: isCause ? [`${entrance.ref}, asked at its own address, answers as expected`] : [],
        confidence: 'Medium',
        ...(isCause ? { severity: 'Error' } : {}),
      }),
    ];
  },
});
