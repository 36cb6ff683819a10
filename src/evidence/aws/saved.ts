import { existsSync } from 'node:fs';
import path from 'node:path';
import type {
  AccessLogEntry,
  Certificate,
  Listener,
  LoadBalancerEvidence,
  SecurityGroupsEvidence,
  TargetGroup,
  WAFRequest,
  WebACLEvidence,
} from '../../diagnosis/model/aws.ts';
import { couldNotLook, found, type Lookup } from '../../diagnosis/model/lookup.ts';
import type { NotCheckedReason } from '../../diagnosis/model/vocabulary.ts';
import { DumpError, readYaml } from '../cluster/dump.ts';
import { fieldsOutside, type Shape } from '../cluster/shape.ts';
import type { AwsReader, AwsSettings } from './reader.ts';
import {
  ACCESS_LOG_ENTRY,
  CERTIFICATE,
  LISTENER,
  LOAD_BALANCER,
  SECURITY_GROUP,
  TARGET_GROUP,
  WAF_REQUEST,
  WEB_ACL,
} from './shapes.ts';

/** aws.yaml of a dump: what AWS said, and which looks failed. */
interface AwsFile {
  readonly settings?: AwsSettings;
  readonly loadBalancer?: LoadBalancerEvidence;
  readonly listeners?: readonly Listener[];
  readonly targetGroups?: readonly TargetGroup[];
  readonly certificates?: readonly Certificate[];
  readonly securityGroups?: SecurityGroupsEvidence;
  readonly webACL?: WebACLEvidence;
  readonly wafLog?: readonly WAFRequest[];
  readonly wafSamples?: readonly WAFRequest[];
  readonly accessLog?: readonly AccessLogEntry[];
  readonly unreadable?: readonly {
    /** Absent: every look. */
    readonly look?: keyof AwsReader;
    readonly reason: NotCheckedReason;
    readonly message: string;
  }[];
}

const PLACE = { bucket: true, prefix: true } as const;

const AWS_FILE: Shape<AwsFile> = {
  settings: {
    options: {
      region: true,
      loadBalancerARN: true,
      webACLARN: true,
      accessLogs: PLACE,
      wafLogs: { logGroupName: true, s3: PLACE },
    },
    allowed: true,
  },
  loadBalancer: { loadBalancer: LOAD_BALANCER, attributes: true },
  listeners: [LISTENER],
  targetGroups: [TARGET_GROUP],
  certificates: [CERTIFICATE],
  securityGroups: { groups: [SECURITY_GROUP], groupsOfTarget: true },
  webACL: { webACL: WEB_ACL, logDestinations: true },
  wafLog: [WAF_REQUEST],
  wafSamples: [WAF_REQUEST],
  accessLog: [ACCESS_LOG_ENTRY],
  unreadable: [{ look: true, reason: true, message: true }],
};

const NOT_SAVED = couldNotLook('NotConfigured', 'Not saved in the dump');

/** The account as the file tells it; what it does not tell was not looked at. */
function savedReader(file: AwsFile): AwsReader {
  const answer = <T>(look: keyof AwsReader, value: T | undefined): Lookup<T> => {
    const failure = file.unreadable?.find((one) => one.look === undefined || one.look === look);
    if (failure !== undefined) return couldNotLook(failure.reason, failure.message);
    return value === undefined ? NOT_SAVED : found(value);
  };
  return {
    loadBalancer: async () => answer('loadBalancer', file.loadBalancer),
    listeners: async () => answer('listeners', file.listeners),
    targetGroups: async (arns) =>
      answer(
        'targetGroups',
        file.targetGroups?.filter(({ TargetGroupArn }) => arns.includes(TargetGroupArn)),
      ),
    certificates: async () => answer('certificates', file.certificates),
    securityGroups: async () => answer('securityGroups', file.securityGroups),
    webACL: async () => answer('webACL', file.webACL),
    wafLog: async () => answer('wafLog', file.wafLog),
    wafSamples: async () => answer('wafSamples', file.wafSamples),
    accessLog: async () => answer('accessLog', file.accessLog),
  };
}

/** What aws.yaml of a folder says; empty where there is no such file. Throws DumpError. */
export async function readSavedAws(
  folder: string,
): Promise<{ readonly reader?: AwsReader; readonly settings?: AwsSettings }> {
  const file = path.join(folder, 'aws.yaml');
  if (!existsSync(file)) return {};
  const [document = {}] = await readYaml(file);
  const unknown = fieldsOutside(AWS_FILE, document);
  if (unknown.length > 0) throw new DumpError(`${file} has unknown fields: ${unknown.join(', ')}.`);
  const saved = document as AwsFile;
  return { reader: savedReader(saved), ...(saved.settings && { settings: saved.settings }) };
}
