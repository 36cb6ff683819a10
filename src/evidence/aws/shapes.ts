import type {
  AccessLogEntry,
  Action,
  Certificate,
  IpPermission,
  Listener,
  LoadBalancer,
  Rule,
  SecurityGroup,
  TargetGroup,
  TargetHealthDescription,
  WAFRequest,
  WebACL,
} from '../../diagnosis/model/aws.ts';
import type { Shape } from '../cluster/shape.ts';

/** What is kept of AWS' answers: the fields of the model and nothing else. */
export const LOAD_BALANCER: Shape<LoadBalancer> = {
  LoadBalancerArn: true,
  LoadBalancerName: true,
  DNSName: true,
  Type: true,
  Scheme: true,
  State: { Code: true, Reason: true },
  SecurityGroups: true,
};

const PERMISSION: Shape<IpPermission> = {
  IpProtocol: true,
  FromPort: true,
  ToPort: true,
  UserIdGroupPairs: [{ GroupId: true }],
  IpRanges: [{ CidrIp: true }],
  Ipv6Ranges: [{ CidrIpv6: true }],
  PrefixListIds: [{ PrefixListId: true }],
};

export const SECURITY_GROUP: Shape<SecurityGroup> = {
  GroupId: true,
  GroupName: true,
  IpPermissions: [PERMISSION],
  IpPermissionsEgress: [PERMISSION],
};

export const CERTIFICATE: Shape<Certificate> = {
  CertificateArn: true,
  DomainName: true,
  SubjectAlternativeNames: true,
  NotAfter: true,
  RenewalSummary: { RenewalStatus: true, RenewalStatusReason: true },
};

const AUTHENTICATE = { OnUnauthenticatedRequest: true } as const;

const ACTION: Shape<Action> = {
  Type: true,
  Order: true,
  TargetGroupArn: true,
  ForwardConfig: { TargetGroups: [{ TargetGroupArn: true, Weight: true }] },
  RedirectConfig: { Protocol: true, Port: true, Host: true, Path: true, Query: true, StatusCode: true },
  FixedResponseConfig: { StatusCode: true, MessageBody: true },
  AuthenticateOidcConfig: AUTHENTICATE,
  AuthenticateCognitoConfig: AUTHENTICATE,
};

const PATTERNS = { Values: true, RegexValues: true } as const;

export const RULE: Shape<Rule> = {
  RuleArn: true,
  Priority: true,
  Conditions: [
    {
      Field: true,
      ...PATTERNS,
      HostHeaderConfig: PATTERNS,
      PathPatternConfig: PATTERNS,
      HttpRequestMethodConfig: { Values: true },
    },
  ],
  Actions: [ACTION],
  IsDefault: true,
};

export const LISTENER: Shape<Listener> = {
  ListenerArn: true,
  Port: true,
  Protocol: true,
  DefaultActions: [ACTION],
  Rules: [RULE],
};

export const TARGET_HEALTH: Shape<TargetHealthDescription> = {
  Target: { Id: true, Port: true },
  HealthCheckPort: true,
  TargetHealth: { State: true, Reason: true, Description: true },
};

export const TARGET_GROUP: Shape<TargetGroup> = {
  TargetGroupArn: true,
  TargetGroupName: true,
  Protocol: true,
  ProtocolVersion: true,
  Port: true,
  TargetType: true,
  HealthCheckPath: true,
  HealthCheckPort: true,
  HealthCheckProtocol: true,
  Matcher: { HttpCode: true, GrpcCode: true },
  TargetHealthDescriptions: [TARGET_HEALTH],
};

export const WEB_ACL: Shape<WebACL> = {
  Name: true,
  Id: true,
  ARN: true,
  DefaultAction: { Allow: true, Block: true },
  Rules: [
    {
      Name: true,
      Priority: true,
      VisibilityConfig: { MetricName: true, SampledRequestsEnabled: true },
      Statement: { RateBasedStatement: { Limit: true } },
    },
  ],
};

export const WAF_REQUEST: Shape<WAFRequest> = {
  source: true,
  time: true,
  action: true,
  rule: true,
  ruleType: true,
  ruleWithinGroup: true,
  matched: true,
  responseCode: true,
  method: true,
  uri: true,
  userAgent: true,
  traceID: true,
  isAlike: false,
};

export const ACCESS_LOG_ENTRY: Shape<AccessLogEntry> = {
  time: true,
  target: true,
  requestProcessingTime: true,
  targetProcessingTime: true,
  responseProcessingTime: true,
  elbStatusCode: true,
  targetStatusCode: true,
  targetGroupARN: true,
  method: true,
  url: true,
  userAgent: true,
  traceID: true,
  actionsExecuted: true,
  matchedRulePriority: true,
  errorReason: true,
  classification: true,
  classificationReason: true,
};
