import type {
  AccessLogEntry,
  Certificate,
  Listener,
  LoadBalancer,
  LoadBalancerEvidence,
  SecurityGroupsEvidence,
  TargetGroup,
  WAFRequest,
  WebACL,
  WebACLEvidence,
} from '../../diagnosis/model/aws.ts';
import type { Lookup } from '../../diagnosis/model/lookup.ts';

export interface S3Place {
  readonly bucket: string;
  readonly prefix?: string;
}

/** `spec.diagnose.aws`: where to look where discovery is not enough. */
export interface AwsOptions {
  readonly region?: string;
  readonly loadBalancerARN?: string;
  readonly webACLARN?: string;
  readonly accessLogs?: S3Place;
  readonly wafLogs?: { readonly logGroupName?: string; readonly s3?: S3Place };
}

export interface AwsSettings {
  readonly options: AwsOptions;
  /** ARNs, bucket and log group names that the administrator lets probes name; `*`: any. */
  readonly allowed: readonly string[];
}

/** By what a load balancer is known, the surest first. */
export interface LoadBalancerHint {
  readonly loadBalancerARN?: string;
  readonly targetGroupARN?: string;
  readonly dnsName?: string;
  readonly region?: string;
}

/** Where AWS WAF writes its log, by ARN or by what the probe names. */
export interface WAFLogPlace {
  readonly logGroupName?: string;
  readonly s3?: S3Place;
}

/**
 * A read-only view of one AWS account. Nothing here depends on a single probe, so that all probes of one load balancer
 * share one answer. A look-up that failed says why; a denied one names the action and the statement that allows it.
 */
export interface AwsReader {
  loadBalancer(hint: LoadBalancerHint): Promise<Lookup<LoadBalancerEvidence>>;
  listeners(loadBalancer: LoadBalancer): Promise<Lookup<readonly Listener[]>>;
  targetGroups(arns: readonly string[]): Promise<Lookup<readonly TargetGroup[]>>;
  certificates(listenerARN: string): Promise<Lookup<readonly Certificate[]>>;
  /** Of the load balancer and of targets, by address or instance id. */
  securityGroups(
    loadBalancer: LoadBalancer,
    targetIDs: readonly string[],
  ): Promise<Lookup<SecurityGroupsEvidence>>;
  webACL(resourceARN: string, webACLARN?: string): Promise<Lookup<WebACLEvidence>>;
  /** Of the last minutes, of all probes. */
  wafLog(webACL: WebACL, place: WAFLogPlace): Promise<Lookup<readonly WAFRequest[]>>;
  wafSamples(webACL: WebACL): Promise<Lookup<readonly WAFRequest[]>>;
  /** Of the last minutes, of all probes. */
  accessLog(loadBalancer: LoadBalancer, place: S3Place): Promise<Lookup<readonly AccessLogEntry[]>>;
}
