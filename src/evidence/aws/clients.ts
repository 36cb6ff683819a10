import type { ACMClient } from '@aws-sdk/client-acm';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { S3Client } from '@aws-sdk/client-s3';
import type { STSClient } from '@aws-sdk/client-sts';
import type { WAFV2Client } from '@aws-sdk/client-wafv2';
import { lazily } from '../lazily.ts';

/** What a client of any service gets. */
export interface ClientSettings {
  /** Absent: as AWS_REGION and the SDK's own files say. */
  readonly region?: string;
  readonly connectMilliseconds: number;
  readonly requestMilliseconds: number;
}

export interface Clients {
  loadBalancing(): Promise<ElasticLoadBalancingV2Client>;
  firewall(): Promise<WAFV2Client>;
  certificates(): Promise<ACMClient>;
  network(): Promise<EC2Client>;
  logs(): Promise<CloudWatchLogsClient>;
  s3(): Promise<S3Client>;
  tokens(): Promise<STSClient>;
}

/** Each client is loaded when it is first needed: whoever has no AWS pays nothing for it. */
export function createClients({ region, connectMilliseconds, requestMilliseconds }: ClientSettings): Clients {
  const configuration = {
    ...(region === undefined ? {} : { region }),
    maxAttempts: 2,
    retryMode: 'adaptive',
    requestHandler: {
      connectionTimeout: connectMilliseconds,
      requestTimeout: requestMilliseconds,
      throwOnRequestTimeout: true,
    },
  };
  return {
    loadBalancing: lazily(async () => {
      const sdk = await import('@aws-sdk/client-elastic-load-balancing-v2');
      return new sdk.ElasticLoadBalancingV2Client(configuration);
    }),
    firewall: lazily(async () => {
      const sdk = await import('@aws-sdk/client-wafv2');
      return new sdk.WAFV2Client(configuration);
    }),
    certificates: lazily(async () => {
      const sdk = await import('@aws-sdk/client-acm');
      return new sdk.ACMClient(configuration);
    }),
    network: lazily(async () => {
      const sdk = await import('@aws-sdk/client-ec2');
      return new sdk.EC2Client(configuration);
    }),
    logs: lazily(async () => {
      const sdk = await import('@aws-sdk/client-cloudwatch-logs');
      return new sdk.CloudWatchLogsClient(configuration);
    }),
    s3: lazily(async () => {
      const sdk = await import('@aws-sdk/client-s3');
      return new sdk.S3Client({ ...configuration, followRegionRedirects: true });
    }),
    tokens: lazily(async () => {
      const sdk = await import('@aws-sdk/client-sts');
      return new sdk.STSClient(configuration);
    }),
  };
}
