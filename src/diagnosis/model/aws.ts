/**
 * The parts of AWS' answers that checks read, under AWS' own names: what `aws elbv2 describe-…` and
 * `aws wafv2 get-…` print fits these types.
 */

/** An Application or Network Load Balancer. */
export interface LoadBalancer {
  readonly LoadBalancerArn: string;
  readonly LoadBalancerName: string;
  readonly DNSName?: string;
  /** `application` or `network`. */
  readonly Type?: string;
  readonly Scheme?: string;
  readonly State?: { readonly Code?: string; readonly Reason?: string };
  /** Ids; a Network Load Balancer may have none. */
  readonly SecurityGroups?: readonly string[];
}

export interface LoadBalancerEvidence {
  readonly loadBalancer: LoadBalancer;
  /** Such as `idle_timeout.timeout_seconds`. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface TargetGroupTuple {
  readonly TargetGroupArn?: string;
  readonly Weight?: number;
}

interface AuthenticateConfig {
  readonly OnUnauthenticatedRequest?: string;
}

export interface Action {
  /** `forward`, `redirect`, `fixed-response`, `authenticate-oidc`, `authenticate-cognito`, `jwt-validation`. */
  readonly Type: string;
  readonly Order?: number;
  readonly TargetGroupArn?: string;
  readonly ForwardConfig?: { readonly TargetGroups?: readonly TargetGroupTuple[] };
  readonly RedirectConfig?: {
    readonly Protocol?: string;
    readonly Port?: string;
    readonly Host?: string;
    readonly Path?: string;
    readonly Query?: string;
    readonly StatusCode?: string;
  };
  readonly FixedResponseConfig?: { readonly StatusCode?: string; readonly MessageBody?: string };
  readonly AuthenticateOidcConfig?: AuthenticateConfig;
  readonly AuthenticateCognitoConfig?: AuthenticateConfig;
}

interface Patterns {
  readonly Values?: readonly string[];
  readonly RegexValues?: readonly string[];
}

export interface RuleCondition {
  /** `host-header`, `path-pattern`, `http-header`, `http-request-method`, `query-string`, `source-ip`. */
  readonly Field: string;
  readonly Values?: readonly string[];
  readonly RegexValues?: readonly string[];
  readonly HostHeaderConfig?: Patterns;
  readonly PathPatternConfig?: Patterns;
  readonly HttpRequestMethodConfig?: { readonly Values?: readonly string[] };
}

export interface Rule {
  readonly RuleArn?: string;
  /** `1` to `50000`, or `default`. */
  readonly Priority: string;
  readonly Conditions?: readonly RuleCondition[];
  readonly Actions?: readonly Action[];
  readonly IsDefault?: boolean;
}

export interface Listener {
  readonly ListenerArn: string;
  readonly Port: number;
  readonly Protocol?: string;
  readonly DefaultActions?: readonly Action[];
  /** Of an Application Load Balancer, the default rule among them. */
  readonly Rules?: readonly Rule[];
}

export interface TargetHealthDescription {
  readonly Target: { readonly Id: string; readonly Port?: number };
  readonly HealthCheckPort?: string;
  readonly TargetHealth?: {
    readonly State?: string;
    readonly Reason?: string;
    readonly Description?: string;
  };
}

export interface TargetGroup {
  readonly TargetGroupArn: string;
  readonly TargetGroupName: string;
  readonly Protocol?: string;
  /** `HTTP1`, `HTTP2` or `GRPC`. */
  readonly ProtocolVersion?: string;
  readonly Port?: number;
  /** `instance`, `ip`, `lambda` or `alb`. */
  readonly TargetType?: string;
  readonly HealthCheckPath?: string;
  readonly HealthCheckPort?: string;
  readonly HealthCheckProtocol?: string;
  readonly Matcher?: { readonly HttpCode?: string; readonly GrpcCode?: string };
  readonly TargetHealthDescriptions: readonly TargetHealthDescription[];
}

/** A rule of a security group. */
export interface IpPermission {
  /** `tcp`, `6` or `-1` for all. */
  readonly IpProtocol?: string;
  /** Absent: every port. */
  readonly FromPort?: number;
  readonly ToPort?: number;
  readonly UserIdGroupPairs?: readonly { readonly GroupId?: string }[];
  readonly IpRanges?: readonly { readonly CidrIp?: string }[];
  readonly Ipv6Ranges?: readonly { readonly CidrIpv6?: string }[];
  readonly PrefixListIds?: readonly { readonly PrefixListId?: string }[];
}

export interface SecurityGroup {
  readonly GroupId: string;
  readonly GroupName?: string;
  readonly IpPermissions?: readonly IpPermission[];
  readonly IpPermissionsEgress?: readonly IpPermission[];
}

export interface SecurityGroupsEvidence {
  /** Those of the load balancer and of its targets. */
  readonly groups: readonly SecurityGroup[];
  /** Ids of the groups of a target's network interface, by address or instance id; no entry where none was found. */
  readonly groupsOfTarget: Readonly<Record<string, readonly string[]>>;
}

/** A certificate of a listener; one that is not in ACM has only its ARN. */
export interface Certificate {
  readonly CertificateArn: string;
  readonly DomainName?: string;
  readonly SubjectAlternativeNames?: readonly string[];
  /** RFC 3339. */
  readonly NotAfter?: string;
  readonly RenewalSummary?: { readonly RenewalStatus?: string; readonly RenewalStatusReason?: string };
}

export interface WebACLRule {
  readonly Name: string;
  readonly Priority?: number;
  readonly VisibilityConfig?: { readonly MetricName?: string; readonly SampledRequestsEnabled?: boolean };
  /** Of what kind the rule is: absent where it is none that counts requests. */
  readonly Statement?: { readonly RateBasedStatement?: { readonly Limit?: number } };
}

export interface WebACL {
  readonly Name: string;
  readonly Id: string;
  readonly ARN: string;
  readonly DefaultAction?: { readonly Allow?: object; readonly Block?: object };
  readonly Rules?: readonly WebACLRule[];
}

export interface WebACLEvidence {
  /** Absent where no web ACL protects the load balancer. */
  readonly webACL?: WebACL;
  /** ARNs of where it logs; none where logging is off. */
  readonly logDestinations: readonly string[];
}

/** How AWS WAF judged one request of a StatusProbe, by its log or by its sampled requests. */
export interface WAFRequest {
  readonly source: 'Log' | 'Sample';
  /** RFC 3339. */
  readonly time: string;
  /** `ALLOW`, `BLOCK`, `CAPTCHA` or `CHALLENGE`. */
  readonly action: string;
  /** The rule of the web ACL that ended the evaluation; `Default_Action` where none did. */
  readonly rule: string;
  /** `REGULAR`, `RATE_BASED`, `GROUP` or `MANAGED_RULE_GROUP`; a sample does not tell. */
  readonly ruleType?: string;
  /** The rule within a rule group. */
  readonly ruleWithinGroup?: string;
  /** What matched, such as `SQL_INJECTION in QUERY_STRING`; never the matched data itself. */
  readonly matched: readonly string[];
  readonly responseCode?: number;
  readonly method: string;
  readonly uri: string;
  readonly userAgent?: string;
  /** The `X-Amzn-Trace-Id`'s root, where the log tells it. */
  readonly traceID?: string;
  /** Nothing tells whose it was; it asked the same, at the same time. */
  readonly isAlike?: true;
}

/** One line of a load balancer's access log that a StatusProbe caused. Times in seconds; -1 as AWS writes it. */
export interface AccessLogEntry {
  /** RFC 3339: when the answer was sent. */
  readonly time: string;
  /** `address:port`; absent where no target was asked. */
  readonly target?: string;
  readonly requestProcessingTime: number;
  readonly targetProcessingTime: number;
  readonly responseProcessingTime: number;
  readonly elbStatusCode: number;
  /** Absent where no target answered. */
  readonly targetStatusCode?: number;
  readonly targetGroupARN?: string;
  readonly method: string;
  /** Without its query. */
  readonly url: string;
  readonly userAgent: string;
  readonly traceID?: string;
  readonly actionsExecuted: readonly string[];
  readonly matchedRulePriority?: string;
  readonly errorReason?: string;
  readonly classification?: string;
  readonly classificationReason?: string;
}
