import { parseARN } from '../../diagnosis/model/arn.ts';
import { regionOfHost } from '../../diagnosis/topology/load-balancer-names.ts';
import { type AccountOptions, createRegion, type Region } from './account.ts';
import { cached } from './cached.ts';
import { readCertificates } from './certificates.ts';
import { readSamples, readWebACL } from './firewall.ts';
import { readListeners, readLoadBalancer, readTargetGroups } from './load-balancing.ts';
import { readAccessLogs, readWAFLog } from './logs.ts';
import type { AwsReader, LoadBalancerHint } from './reader.ts';
import { readSecurityGroups } from './security-groups.ts';

export interface AwsReaderOptions extends AccountOptions {
  /** How long an answer is good for all probes of a load balancer. */
  readonly keepMilliseconds: number;
}

const USUAL_KEEP_MILLISECONDS = 45_000;

const regionOf = (arn: string | undefined): string | undefined =>
  arn === undefined ? undefined : parseARN(arn)?.region;

/** What the names themselves say wins; a probe's own word stands in where they say nothing. */
const regionFor = ({
  loadBalancerARN,
  targetGroupARN,
  dnsName,
  region,
}: LoadBalancerHint): string | undefined =>
  regionOf(loadBalancerARN ?? targetGroupARN) ?? regionOfHost(dnsName ?? '') ?? region;

/** Reads AWS by the SDK's own chain of credentials; nothing is loaded before the first look. */
export function createAwsReader(options: Partial<AwsReaderOptions> = {}): AwsReader {
  const { keepMilliseconds = USUAL_KEEP_MILLISECONDS, ...limits } = options;
  const regions = new Map<string | undefined, Region>();
  const inRegion = (name: string | undefined): Region => {
    const region = regions.get(name) ?? createRegion(name, limits);
    regions.set(name, region);
    return region;
  };
  const ofARN = (arn: string | undefined): Region => inRegion(regionOf(arn));
  return cached(
    {
      loadBalancer: (hint) => readLoadBalancer(inRegion(regionFor(hint)), hint),
      listeners: (loadBalancer) => readListeners(ofARN(loadBalancer.LoadBalancerArn), loadBalancer),
      targetGroups: (arns) => readTargetGroups(ofARN(arns[0]), arns),
      certificates: (listenerARN) => readCertificates(ofARN(listenerARN), listenerARN),
      securityGroups: (loadBalancer, targetIDs) =>
        readSecurityGroups(ofARN(loadBalancer.LoadBalancerArn), loadBalancer, targetIDs),
      webACL: (resourceARN, webACLARN) => readWebACL(ofARN(resourceARN), resourceARN, webACLARN),
      wafLog: (webACL, place) => readWAFLog(ofARN(webACL.ARN), webACL, place),
      wafSamples: (webACL) => readSamples(ofARN(webACL.ARN), webACL),
      accessLog: (loadBalancer, place) =>
        readAccessLogs(ofARN(loadBalancer.LoadBalancerArn), loadBalancer, place),
    },
    keepMilliseconds,
  );
}
