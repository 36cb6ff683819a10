// Generated from crds/statusprobes.yaml by hack/generate-types.ts: change the CRD and run: npm run generate
import type { ObjectMeta } from './object-meta.ts';
import type { Schema } from './schema.ts';

/** The resource's names, and the version of its schema that this program needs. */
export const STATUS_PROBE = {
 "group": "statusprobe.dev",
 "version": "v1alpha1",
 "kind": "StatusProbe",
 "plural": "statusprobes",
 "schemaVersion": "2"
} as const;

/**
 * A StatusProbe asks a URL at an interval. When the answer is not as expected, its status says what is broken behind the URL and who fixes it.
 */
export interface StatusProbe {
  /**
   * The version of the API that this object is written in, statusprobe.dev/v1alpha1.
   */
  readonly apiVersion: string;
  /**
   * The kind of this object, StatusProbe.
   */
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: StatusProbeSpec;
  readonly status: StatusProbeStatus;
}
/**
 * What to probe, how to ask, what counts as healthy, and what to look at when it fails.
 */
export interface StatusProbeSpec {
  readonly target: Target;
  readonly request: RequestOptions;
  readonly expect: Expectations;
  /**
   * Time from the start of one probe to the start of the next, from 1s to 24h.
   */
  readonly interval: string;
  /**
   * Time after which a probe without an answer has failed, from 100ms to 2m. It is not longer than the interval.
   */
  readonly timeout: string;
  /**
   * How many probes must fail in a row before Healthy turns False.
   */
  readonly failureThreshold: number;
  /**
   * How many probes must succeed in a row before Healthy turns True again.
   */
  readonly successThreshold: number;
  /**
   * Counts failures among so many latest probes instead of in a row: Healthy turns False when failureThreshold of them have failed, and True again when fewer have and successThreshold is reached. For targets that fail now and then. A replica that takes a probe over begins to count anew.
   */
  readonly failureWindow?: number;
  /**
   * Stops probing until it is false again. The last answer stays in the status.
   */
  readonly suspend: boolean;
  /**
   * Times in which nothing is probed, as while suspend is true.
   */
  readonly maintenance?: readonly MaintenanceWindow[];
  /**
   * The ServiceAccount of this namespace whose permissions bound what the status shows of objects in other namespaces.
   */
  readonly serviceAccountName: string;
  readonly diagnose: DiagnoseOptions;
  /**
   * How many transitions the status keeps.
   */
  readonly historyLimit: number;
}
/**
 * What to probe: exactly one of url, ingressRef, serviceRef and httpRouteRef. References are to the probe's own namespace.
 */
export interface Target {
  /**
   * An absolute http or https URL. Its host is resolved by DNS; credentials come from a Secret, see request.
   */
  readonly url?: string;
  readonly ingressRef?: IngressReference;
  readonly serviceRef?: ServiceReference;
  readonly httpRouteRef?: HTTPRouteReference;
}
/**
 * An Ingress to probe through the address in its status, whatever DNS says about the host. Whether DNS agrees is a check of its own.
 */
export interface IngressReference {
  /**
   * Name of the Ingress.
   */
  readonly name: string;
  /**
   * The host to ask for, as Host header and server name. Without it, the first host of the Ingress' rules; an Ingress with a wildcard host needs one.
   */
  readonly host?: string;
  /**
   * The path to ask for, with its query if it needs one. Without it, the first path of the Ingress' rules for the host.
   */
  readonly path?: string;
  /**
   * The scheme to ask with. Without it, HTTPS where the Ingress has TLS for the host, else HTTP.
   */
  readonly scheme?: 'HTTP' | 'HTTPS';
  /**
   * The port of the load balancer or controller to connect to. Without it, 443 for HTTPS and 80 for HTTP.
   */
  readonly port?: number;
}
/**
 * A Service to probe inside the cluster, without any ingress in front of it.
 */
export interface ServiceReference {
  /**
   * Name of the Service.
   */
  readonly name: string;
  /**
   * Number or name of the Service's port.
   */
  readonly port: number | string;
  /**
   * The scheme to ask with. Without it, HTTPS where the port's appProtocol is https, else HTTP.
   */
  readonly scheme?: 'HTTP' | 'HTTPS';
  /**
   * The path to ask for, with its query if it needs one. Without it, /.
   */
  readonly path?: string;
}
/**
 * An HTTPRoute of the Gateway API to probe through the address in its Gateway's status, whatever DNS says about the host.
 */
export interface HTTPRouteReference {
  /**
   * Name of the HTTPRoute.
   */
  readonly name: string;
  /**
   * The host to ask for, as Host header and server name. Without it, the first host name of the HTTPRoute; an HTTPRoute with a wildcard host name needs one.
   */
  readonly host?: string;
  /**
   * The path to ask for, with its query if it needs one. Without it, the path of the HTTPRoute's first match.
   */
  readonly path?: string;
  /**
   * The scheme to ask with. Without it, HTTPS where a listener of the Gateway has TLS for the host, else HTTP.
   */
  readonly scheme?: 'HTTP' | 'HTTPS';
  /**
   * The port of the Gateway to connect to. Without it, the port of the listener.
   */
  readonly port?: number;
  /**
   * The listener of the Gateway to go through, where the HTTPRoute is attached to more than one.
   */
  readonly sectionName?: string;
}
/**
 * How to ask. Secrets are named by reference, lie in the probe's own namespace, and are read again within 5 minutes of a change and at once after a 401 or 403.
 */
export interface RequestOptions {
  /**
   * The HTTP method of the request.
   */
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  /**
   * Headers to send. One that carries a credential, such as Authorization, Cookie or X-Api-Key, takes its value from a Secret.
   */
  readonly headers?: readonly RequestHeader[];
  /**
   * Body of the request. It is visible to everybody who may read the StatusProbe; use bodyFrom for one that holds a credential.
   */
  readonly body?: string;
  readonly bodyFrom?: RequestBodySource;
  readonly basicAuth?: BasicAuth;
  readonly bearerToken?: BearerToken;
  readonly oauth2?: OAuth2;
  /**
   * How many redirects are followed. With 0, a redirect is the answer.
   */
  readonly maxRedirects: number;
  /**
   * Connects by this IP family alone. Without it, by whichever DNS offers.
   */
  readonly ipFamily?: 'IPv4' | 'IPv6';
  /**
   * The HTTP version to speak: HTTP1 is HTTP/1.1, HTTP2 is HTTP/2, Auto takes what the server prefers.
   */
  readonly httpVersion: 'Auto' | 'HTTP1' | 'HTTP2';
  /**
   * Asks for a body in this encoding by Accept-Encoding, and undoes it before the body is looked at; deflate is raw (RFC 1951). An answer in another encoding fails with DecodeFailed; one that was left as it is will do. Without it no encoding is asked for, and the body is taken as it comes.
   */
  readonly compression?: 'identity' | 'gzip' | 'br' | 'deflate';
  /**
   * The longest body of an answer, uncompressed, in bytes, Ki or Mi. A longer one fails with BodyTooLarge. Without it, 1Mi.
   */
  readonly maxBodySize?: string;
  readonly proxy?: ForwardProxy;
  readonly connectTo?: ConnectTo;
  readonly tls?: RequestTLS;
}
/**
 * One header to send, with a value or with a reference to the Secret that holds it.
 */
export interface RequestHeader {
  /**
   * Name of the header; case does not matter.
   */
  readonly name: string;
  /**
   * Value of the header. It is visible to everybody who may read the StatusProbe.
   */
  readonly value?: string;
  readonly valueFrom?: RequestHeaderSource;
}
/**
 * Where the value of the header is read from.
 */
export interface RequestHeaderSource {
  readonly secretKeyRef: SecretKeyReference;
}
export interface SecretKeyReference {
  /**
   * Name of the Secret.
   */
  readonly name: string;
  /**
   * The key whose value is used.
   */
  readonly key: string;
}
/**
 * Where the body of the request is read from.
 */
export interface RequestBodySource {
  readonly secretKeyRef: SecretKeyReference;
}
/**
 * Sends a user name and a password by HTTP basic authentication.
 */
export interface BasicAuth {
  readonly secretRef: SecretReference;
}
export interface SecretReference {
  /**
   * Name of the Secret.
   */
  readonly name: string;
}
/**
 * Sends a bearer token in the Authorization header.
 */
export interface BearerToken {
  readonly secretKeyRef: SecretKeyReference;
}
/**
 * Gets an access token by the OAuth 2.0 client credentials grant and sends it as bearer token.
 */
export interface OAuth2 {
  /**
   * The token endpoint, an absolute http or https URL.
   */
  readonly tokenURL: string;
  readonly secretRef: SecretReference;
  /**
   * The scopes to ask for.
   */
  readonly scopes?: readonly string[];
}
/**
 * Sends the request through an HTTP forward proxy.
 */
export interface ForwardProxy {
  /**
   * The proxy, an absolute http or https URL.
   */
  readonly url: string;
  readonly secretRef?: SecretReference;
}
/**
 * Connects to this host instead of the URL's, while Host header and server name stay those of the URL.
 */
export interface ConnectTo {
  /**
   * A DNS name or an IP address.
   */
  readonly host: string;
  /**
   * The port to connect to. Without it, the URL's.
   */
  readonly port?: number;
}
/**
 * How to speak TLS with the target.
 */
export interface RequestTLS {
  /**
   * The name to ask for (SNI) and to expect in the certificate. Without it, the host of the URL.
   */
  readonly serverName?: string;
  readonly ca?: CertificateAuthority;
  readonly clientCertificate?: ClientCertificate;
  /**
   * Accepts any certificate. The probe then proves nothing about who answered.
   */
  readonly insecureSkipVerify: boolean;
}
/**
 * Certificates in PEM form that are trusted instead of the public authorities: exactly one of secretKeyRef and configMapKeyRef.
 */
export interface CertificateAuthority {
  readonly secretKeyRef?: SecretKeyReference;
  readonly configMapKeyRef?: ConfigMapKeyReference;
}
/**
 * A key of a ConfigMap in the probe's own namespace.
 */
export interface ConfigMapKeyReference {
  /**
   * Name of the ConfigMap.
   */
  readonly name: string;
  /**
   * The key whose value is used.
   */
  readonly key: string;
}
/**
 * The certificate with which the probe authenticates itself.
 */
export interface ClientCertificate {
  readonly secretRef: SecretReference;
}
/**
 * What counts as healthy. All expectations must hold.
 */
export interface Expectations {
  /**
   * The status codes that are expected, each a code or a range.
   */
  readonly statusCodes: readonly string[];
  /**
   * What the headers of the answer must be like.
   */
  readonly headers?: readonly ExpectedHeader[];
  readonly body?: ExpectedBody;
  /**
   * CEL expressions over the answer's JSON document that must all be true.
   */
  readonly json?: readonly string[];
  /**
   * The longest time that the whole answer may take, redirects included, such as 800ms.
   */
  readonly maxLatency?: string;
  /**
   * How long the server's certificate must still be valid, such as 336h for 14 days.
   */
  readonly certificateValidFor?: string;
}
/**
 * What one header of the answer must be like. With neither matches nor notMatches, it must be there.
 */
export interface ExpectedHeader {
  /**
   * Name of the header; case does not matter.
   */
  readonly name: string;
  /**
   * A regular expression (RE2) that must match the value somewhere.
   */
  readonly matches?: string;
  /**
   * A regular expression (RE2) that must not match the value anywhere.
   */
  readonly notMatches?: string;
  /**
   * Whether an answer without this header is healthy too.
   */
  readonly allowMissing: boolean;
}
/**
 * What the body of the answer must be like.
 */
export interface ExpectedBody {
  /**
   * Regular expressions that must all match somewhere in the body.
   */
  readonly matches?: readonly string[];
  /**
   * Regular expressions of which none may match anywhere in the body.
   */
  readonly notMatches?: readonly string[];
}
/**
 * A time that comes again and again, in which nothing is probed.
 */
export interface MaintenanceWindow {
  /**
   * When the window begins, as cron has it: minute, hour, day of month, month and day of week, such as 0 2 * * SUN. Where both days are given, one of them is enough.
   */
  readonly schedule: string;
  /**
   * How long the window lasts, from 1m to 168h.
   */
  readonly duration: string;
  /**
   * The IANA time zone of the schedule, such as Europe/Berlin.
   */
  readonly timeZone: string;
}
/**
 * What to look at when the answer is not as expected.
 */
export interface DiagnoseOptions {
  /**
   * Whether a failure is diagnosed at all.
   */
  readonly enabled: boolean;
  readonly checks?: CheckSelection;
  readonly podLogs: PodLogsOptions;
  readonly hops: HopsOptions;
  /**
   * Findings that are known and accepted. A muted finding is shown with muted set and is never the verdict.
   */
  readonly mute?: readonly Mute[];
  readonly aws?: AWSOptions;
}
/**
 * Which checks may run. Without it, all that the matrix names for the failure.
 */
export interface CheckSelection {
  /**
   * Ids of the only checks that run.
   */
  readonly include?: readonly string[];
  /**
   * Ids of checks that never run, included or not.
   */
  readonly exclude?: readonly string[];
}
/**
 * Whether log lines of failing Pods, and the body of an error that they answer with, may be shown as evidence, redacted. The operator needs its log add-on for it.
 */
export interface PodLogsOptions {
  /**
   * Whether log lines are read and shown.
   */
  readonly enabled: boolean;
  /**
   * How many of the last lines of a container are read.
   */
  readonly tailLines: number;
}
/**
 * Whether the same request is sent to the controller, the Service and the Pods, to find the first hop that fails.
 */
export interface HopsOptions {
  /**
   * SafeMethods asks the hops only where the method is GET, HEAD or OPTIONS; AnyMethod repeats any request; Disabled asks none. An answer that came too late is asked for once more by the same rule, and up to two Pods then get a GET for the path of their readiness probe, or /healthz, unless Disabled.
   */
  readonly mode: 'Disabled' | 'SafeMethods' | 'AnyMethod';
}
/**
 * One kind of finding that is known and accepted.
 */
export interface Mute {
  /**
   * The reason of the findings to mute, such as TargetPortNotOpen.
   */
  readonly reason: string;
  readonly subject?: MuteSubject;
  /**
   * When muting ends, such as 2030-01-31T00:00:00Z. Without it, never.
   */
  readonly until?: string;
  /**
   * Why the finding is accepted, for whoever reads it next.
   */
  readonly comment: string;
}
/**
 * Mutes only findings about this object; what is left out may be anything.
 */
export interface MuteSubject {
  /**
   * Kind of the object, such as Deployment.
   */
  readonly kind?: string;
  /**
   * Namespace of the object.
   */
  readonly namespace?: string;
  /**
   * Name of the object.
   */
  readonly name?: string;
}
/**
 * Where to look in AWS, only where discovery from the Ingress or TargetGroupBinding is not enough. What the operator's allow-list does not name is NotPermitted.
 */
export interface AWSOptions {
  /**
   * The AWS region of the load balancer, such as eu-central-1.
   */
  readonly region?: string;
  /**
   * ARN of the Application or Network Load Balancer.
   */
  readonly loadBalancerARN?: string;
  /**
   * ARN of the AWS WAF web ACL.
   */
  readonly webACLARN?: string;
  readonly accessLogs?: AccessLogsLocation;
  readonly wafLogs?: WAFLogsLocation;
}
/**
 * Where the load balancer writes its access logs in S3.
 */
export interface AccessLogsLocation {
  /**
   * Name of the S3 bucket.
   */
  readonly bucket: string;
  /**
   * The prefix of the logs in the bucket.
   */
  readonly prefix?: string;
}
/**
 * Where AWS WAF writes its logs; exactly one of logGroupName and s3.
 */
export interface WAFLogsLocation {
  /**
   * Name of the CloudWatch Logs group, which AWS wants to begin with aws-waf-logs-.
   */
  readonly logGroupName?: string;
  readonly s3?: S3Location;
}
/**
 * The S3 bucket of the logs.
 */
export interface S3Location {
  /**
   * Name of the S3 bucket.
   */
  readonly bucket: string;
  /**
   * The prefix of the logs in the bucket.
   */
  readonly prefix?: string;
}
/**
 * What was seen last, and who fixes what. Readers show a word that they do not know as it is, because later releases may add words.
 */
export interface StatusProbeStatus {
  /**
   * The metadata.generation that this status is about; -1 before the first visit.
   */
  readonly observedGeneration: number;
  /**
   * What is probed, for people; the values of a query are replaced by an ellipsis.
   */
  readonly target?: string;
  /**
   * The last value of the annotation statusprobe.dev/requested-at that was acted on.
   */
  readonly lastHandledRequest?: string;
  /**
   * Ready, Stalled, Healthy and Diagnosed, each with the generation that it is about.
   */
  readonly conditions?: readonly Condition[];
  readonly verdict?: Verdict;
  readonly lastProbe?: LastProbe;
  /**
   * When the first failed probe of the row that made Healthy False was sent; absent while healthy.
   */
  readonly failingSince?: string;
  /**
   * The trace and request id that the first failed probe of this failure sent, to search logs and traces for; absent while healthy, and where ids are switched off.
   */
  readonly failureTraceID?: string;
  /**
   * Failed probes in a row; stops counting at spec.failureThreshold.
   */
  readonly consecutiveFailures?: number;
  /**
   * Successful probes in a row; stops counting at spec.successThreshold.
   */
  readonly consecutiveSuccesses?: number;
  readonly lastFailure?: LastFailure;
  readonly matrix?: AppliedMatrixRow;
  /**
   * The request's way, outermost hop first: DNS, load balancer, Ingress, Service and at most 5 endpoints, failing ones first.
   */
  readonly path?: readonly PathHop[];
  /**
   * How many endpoints path leaves out.
   */
  readonly endpointsOmitted?: number;
  /**
   * Everything that was found, the cause first; symptoms point to it by causedBy.
   */
  readonly findings?: readonly Finding[];
  /**
   * How many findings are left out for want of room.
   */
  readonly findingsOmitted?: number;
  /**
   * What could not be looked at. It is not known to be missing.
   */
  readonly notChecked?: readonly NotChecked[];
  /**
   * What changed shortly before the failure began, latest first.
   */
  readonly changes?: readonly Change[];
  /**
   * Where the logs and traces of this failure are, by the operator's link templates; absent while healthy. They stay the same while the failure lasts with the same verdict.
   */
  readonly links?: readonly Link[];
  /**
   * Transitions of Healthy, newest first. One that falls into a crash may be missing.
   */
  readonly history?: readonly Transition[];
}
/**
 * One condition.
 */
export interface Condition {
  /**
   * What the condition is about: Ready, Stalled, Healthy or Diagnosed.
   */
  readonly type: string;
  /**
   * Whether the condition holds: True, False or Unknown.
   */
  readonly status: 'True' | 'False' | 'Unknown';
  /**
   * The metadata.generation that the condition is about.
   */
  readonly observedGeneration: number;
  /**
   * When status changed last.
   */
  readonly lastTransitionTime: string;
  /**
   * Why the condition is as it is, in one CamelCase word.
   */
  readonly reason: string;
  /**
   * Why the condition is as it is, in one sentence.
   */
  readonly message: string;
}
/**
 * The one cause and who fixes it. It is there after the first visit, healthy or not.
 */
export interface Verdict {
  /**
   * Who fixes it: DevOps, Developer, Both, None (healthy, suspended or refused) or Unknown.
   */
  readonly owner: string;
  /**
   * Where it lies: DNS, Edge (CDN, API gateway), LoadBalancer, WAF, Ingress, Service, Pod, Node, Network (policies, security groups), Application, Auth, Client (the probe's own request), None or Unknown.
   */
  readonly layer: string;
  /**
   * The cause in one CamelCase word that is stable across releases, such as TargetPortNotOpen; also Healthy, Diagnosing, Suspended and TargetRefused.
   */
  readonly reason: string;
  /**
   * The cause in one sentence.
   */
  readonly summary: string;
  readonly culprit?: SubjectReference;
  /**
   * How sure the verdict is: High, Medium or Low.
   */
  readonly confidence?: string;
  /**
   * What to do about it, in one sentence.
   */
  readonly fix?: string;
  /**
   * Commands that show or mend it, to be run by a person.
   */
  readonly commands?: readonly string[];
}
export interface SubjectReference {
  /**
   * API group of the object; absent for the core group.
   */
  readonly group?: string;
  /**
   * Kind of the object.
   */
  readonly kind: string;
  /**
   * Namespace of the object.
   */
  readonly namespace?: string;
  /**
   * Name of the object.
   */
  readonly name: string;
  /**
   * The field of the object that is meant.
   */
  readonly field?: string;
  /**
   * The object for people, Kind/name, or Kind/namespace/name in another namespace.
   */
  readonly ref: string;
}
/**
 * The last recorded probe. URLs are without query values, fragment and user info.
 */
export interface LastProbe {
  /**
   * When the request began.
   */
  readonly time: string;
  /**
   * The status code of the answer; absent when nobody answered.
   */
  readonly code?: number;
  /**
   * Whether the answer was as expected.
   */
  readonly success: boolean;
  readonly failure?: LastProbeFailure;
  /**
   * The URL that was asked first.
   */
  readonly url: string;
  /**
   * The URL that was asked last, after all redirects.
   */
  readonly finalURL: string;
  /**
   * The redirects that were followed, first one first.
   */
  readonly redirects?: readonly FollowedRedirect[];
  /**
   * IP address and port of the last connection; absent when none was made.
   */
  readonly remoteAddress?: string;
  /**
   * The HTTP version of the answer: 1.0, 1.1 or 2; absent when nobody answered.
   */
  readonly httpVersion?: string;
  readonly durationMilliseconds: ProbeDurations;
  readonly tls?: NegotiatedTLS;
  readonly answeredBy?: Answerer;
}
/**
 * Why the probe failed.
 */
export interface LastProbeFailure {
  /**
   * How far it came: Resolve, Connect, TLS, Send, Wait, Receive or Assert.
   */
  readonly phase: string;
  /**
   * What happened in one CamelCase word, such as ConnectionRefused.
   */
  readonly reason: string;
  /**
   * What happened in one sentence.
   */
  readonly message: string;
}
/**
 * One redirect.
 */
export interface FollowedRedirect {
  /**
   * Who sent the redirect.
   */
  readonly url: string;
  /**
   * The status code of the redirect.
   */
  readonly code: number;
}
/**
 * How long the phases of the probe took, in whole milliseconds summed over redirects.
 */
export interface ProbeDurations {
  /**
   * Resolving names by DNS.
   */
  readonly resolve: number;
  /**
   * Making TCP connections.
   */
  readonly connect: number;
  /**
   * TLS handshakes.
   */
  readonly tls: number;
  /**
   * From sending the request to the first byte of the answer (Send and Wait).
   */
  readonly processing: number;
  /**
   * From the first to the last byte of the answer (Receive).
   */
  readonly transfer: number;
  /**
   * The whole probe.
   */
  readonly total: number;
}
/**
 * The TLS connection to the one who answered.
 */
export interface NegotiatedTLS {
  /**
   * The TLS version, such as TLS 1.3.
   */
  readonly version: string;
  /**
   * The cipher suite under its IANA name.
   */
  readonly cipher: string;
  /**
   * When the server's certificate expires.
   */
  readonly notAfterTime?: string;
}
/**
 * Which product on the way wrote the answer, told from the answer itself.
 */
export interface Answerer {
  /**
   * The layer of the product; the words are those of verdict.layer.
   */
  readonly layer: string;
  /**
   * Name of the product, or Unknown where nothing tells.
   */
  readonly product: string;
  /**
   * How sure it is: High, Medium or Low.
   */
  readonly confidence?: string;
  /**
   * What in the answer tells.
   */
  readonly evidence?: readonly string[];
}
/**
 * The failure before this recovery, for whoever was called and finds it healthy.
 */
export interface LastFailure {
  /**
   * When the failure began.
   */
  readonly startTime: string;
  /**
   * When the failure ended.
   */
  readonly endTime: string;
  /**
   * The status code of the failure; absent when nobody answered.
   */
  readonly code?: number;
  /**
   * Who had to fix it; the words are those of verdict.owner.
   */
  readonly owner: string;
  /**
   * The cause in one CamelCase word.
   */
  readonly reason: string;
  /**
   * The object that caused it, as Kind/name.
   */
  readonly culprit?: string;
  /**
   * The cause in one sentence.
   */
  readonly summary?: string;
}
/**
 * The row of the status code matrix that applied, so that the expectation and the evidence are seen side by side.
 */
export interface AppliedMatrixRow {
  /**
   * The row, such as 502, 5xx or Timeout.
   */
  readonly row: string;
  /**
   * The section of the matrix: DevOps or Developer.
   */
  readonly side: string;
  /**
   * What the code means.
   */
  readonly meaning: string;
  /**
   * Who looks first; the words are those of verdict.owner.
   */
  readonly owner: string;
  /**
   * Where the fix commonly lies.
   */
  readonly fixArea: string;
}
/**
 * One hop.
 */
export interface PathHop {
  /**
   * What the hop is, such as DNS, LoadBalancer, Ingress, Gateway, HTTPRoute, Service or Endpoint.
   */
  readonly hop: string;
  /**
   * The object that stands for the hop, as Kind/name.
   */
  readonly ref?: string;
  /**
   * What was found there: OK, Failed, Degraded, NotChecked or NotPermitted.
   */
  readonly result: string;
  /**
   * What was found there, in one sentence.
   */
  readonly message?: string;
}
/**
 * One finding.
 */
export interface Finding {
  /**
   * Stays the same for the same check, reason and subject with its field, where a Pod counts as its workload.
   */
  readonly id: string;
  /**
   * Id of the check that found it.
   */
  readonly check: string;
  /**
   * What was found, in one CamelCase word.
   */
  readonly reason: string;
  /**
   * How bad it is: Error, Warning or Info.
   */
  readonly severity: string;
  /**
   * Who fixes it; the words are those of verdict.owner.
   */
  readonly owner: string;
  /**
   * Where it lies; the words are those of verdict.layer.
   */
  readonly layer: string;
  readonly subject: SubjectReference;
  /**
   * What was found, in one sentence.
   */
  readonly message: string;
  /**
   * What is there.
   */
  readonly observed?: string;
  /**
   * What should be there.
   */
  readonly expected?: string;
  /**
   * What the finding rests on.
   */
  readonly evidence?: readonly string[];
  /**
   * What to do about it, in one sentence.
   */
  readonly fix?: string;
  /**
   * Id of the finding that this one is a symptom of.
   */
  readonly causedBy?: string;
  /**
   * Whether spec.diagnose.mute names it.
   */
  readonly muted?: boolean;
}
/**
 * One check that could not look.
 */
export interface NotChecked {
  /**
   * Id of the check.
   */
  readonly check: string;
  /**
   * Why it could not look: Forbidden, Timeout, NotConfigured, NotInstalled, NoCredentials, NotPermitted, Throttled or Failed.
   */
  readonly reason: string;
  /**
   * Why it could not look, in one sentence.
   */
  readonly message?: string;
}
/**
 * One change.
 */
export interface Change {
  /**
   * When it changed.
   */
  readonly time: string;
  readonly subject: SubjectReference;
  /**
   * What changed, in one sentence.
   */
  readonly message: string;
  /**
   * The field manager that changed it, which is a program and not a person.
   */
  readonly manager: string;
}
/**
 * One link.
 */
export interface Link {
  /**
   * What it leads to, such as Logs in Grafana.
   */
  readonly name: string;
  /**
   * An absolute http or https URL.
   */
  readonly url: string;
}
/**
 * One transition.
 */
export interface Transition {
  /**
   * When Healthy changed.
   */
  readonly time: string;
  /**
   * What Healthy changed to: True, False or Unknown.
   */
  readonly healthy: 'True' | 'False' | 'Unknown';
  /**
   * The status code of the probe; absent when nobody answered.
   */
  readonly code?: number;
  /**
   * Who fixes it; the words are those of verdict.owner.
   */
  readonly owner?: string;
  /**
   * The cause in one CamelCase word.
   */
  readonly reason?: string;
}

export const SPEC_SCHEMA: Schema = {
 "type": "object",
 "properties": {
  "target": {
   "type": "object",
   "properties": {
    "url": {
     "type": "string",
     "max": 2048,
     "rules": [
      {
       "message": "must be an absolute http or https URL without white space or backslash, such as https://shop.example.com/health"
      },
      {
       "message": "must be without user info, because credentials belong in a Secret"
      }
     ]
    },
    "ingressRef": {
     "type": "object",
     "properties": {
      "name": {
       "type": "string",
       "max": 253,
       "rules": [
        {
         "message": "must be a Kubernetes name of lower-case letters, digits, hyphens and dots"
        }
       ]
      },
      "host": {
       "type": "string",
       "max": 253,
       "rules": [
        {
         "message": "must be a host name in lower case without wildcard or port, such as shop.example.com"
        }
       ]
      },
      "path": {
       "type": "string",
       "max": 1024,
       "rules": [
        {
         "message": "must begin with one slash and hold no white space, backslash or fragment, such as /health"
        }
       ]
      },
      "scheme": {
       "type": "string",
       "enum": [
        "HTTP",
        "HTTPS"
       ]
      },
      "port": {
       "type": "integer",
       "min": 1,
       "max": 65535
      }
     },
     "required": [
      "name"
     ]
    },
    "serviceRef": {
     "type": "object",
     "properties": {
      "name": {
       "type": "string",
       "max": 63,
       "rules": [
        {
         "message": "must be a Kubernetes name of lower-case letters, digits, hyphens and dots"
        }
       ]
      },
      "port": {
       "type": "integerOrString",
       "max": 63,
       "rules": [
        {
         "message": "must be a port number from 1 to 65535 or the name of a port of the Service"
        }
       ]
      },
      "scheme": {
       "type": "string",
       "enum": [
        "HTTP",
        "HTTPS"
       ]
      },
      "path": {
       "type": "string",
       "max": 1024,
       "rules": [
        {
         "message": "must begin with one slash and hold no white space, backslash or fragment, such as /health"
        }
       ]
      }
     },
     "required": [
      "name",
      "port"
     ]
    },
    "httpRouteRef": {
     "type": "object",
     "properties": {
      "name": {
       "type": "string",
       "max": 253,
       "rules": [
        {
         "message": "must be a Kubernetes name of lower-case letters, digits, hyphens and dots"
        }
       ]
      },
      "host": {
       "type": "string",
       "max": 253,
       "rules": [
        {
         "message": "must be a host name in lower case without wildcard or port, such as shop.example.com"
        }
       ]
      },
      "path": {
       "type": "string",
       "max": 1024,
       "rules": [
        {
         "message": "must begin with one slash and hold no white space, backslash or fragment, such as /health"
        }
       ]
      },
      "scheme": {
       "type": "string",
       "enum": [
        "HTTP",
        "HTTPS"
       ]
      },
      "port": {
       "type": "integer",
       "min": 1,
       "max": 65535
      },
      "sectionName": {
       "type": "string",
       "max": 253,
       "rules": [
        {
         "message": "must be a Kubernetes name of lower-case letters, digits, hyphens and dots"
        }
       ]
      }
     },
     "required": [
      "name"
     ]
    }
   },
   "rules": [
    {
     "message": "must have exactly one of url, ingressRef, serviceRef and httpRouteRef"
    }
   ]
  },
  "request": {
   "type": "object",
   "properties": {
    "method": {
     "type": "string",
     "default": "GET",
     "enum": [
      "GET",
      "HEAD",
      "POST",
      "PUT",
      "PATCH",
      "DELETE",
      "OPTIONS"
     ]
    },
    "headers": {
     "type": "array",
     "items": {
      "type": "object",
      "properties": {
       "name": {
        "type": "string",
        "max": 256,
        "rules": [
         {
          "message": "must be the name of a header, such as Accept-Language"
         },
         {
          "message": "must not be a header that the connection sets by itself, such as Content-Length"
         }
        ]
       },
       "value": {
        "type": "string",
        "max": 4096,
        "rules": [
         {
          "message": "must consist of visible ASCII characters, spaces and tabs"
         }
        ]
       },
       "valueFrom": {
        "type": "object",
        "properties": {
         "secretKeyRef": {
          "type": "object",
          "properties": {
           "name": {
            "type": "string",
            "max": 253,
            "rules": [
             {
              "message": "must be a Kubernetes name of lower-case letters, digits, hyphens and dots"
             }
            ]
           },
           "key": {
            "type": "string",
            "max": 253,
            "rules": [
             {
              "message": "must be a key of letters, digits, hyphens, underscores and dots"
             }
            ]
           }
          },
          "required": [
           "name",
           "key"
          ]
         }
        },
        "required": [
         "secretKeyRef"
        ]
       }
      },
      "required": [
       "name"
      ],
      "rules": [
       {
        "message": "must have exactly one of value and valueFrom"
       },
       {
        "message": "must come from a Secret by valueFrom, because this header carries a credential",
        "field": ".value"
       }
      ]
     },
     "max": 32
    },
    "body": {
     "type": "string",
     "max": 32768
    },
    "bodyFrom": {
     "type": "object",
     "properties": {
      "secretKeyRef": {
       "type": "object",
       "properties": {
        "name": {
         "type": "string",
         "max": 253,
         "rules": [
          {
           "message": "must be a Kubernetes name of lower-case letters, digits, hyphens and dots"
          }
         ]
        },
        "key": {
         "type": "string",
         "max": 253,
         "rules": [
          {
           "message": "must be a key of letters, digits, hyphens, underscores and dots"
          }
         ]
        }
       },
       "required": [
        "name",
        "key"
       ]
      }
     },
     "required": [
      "secretKeyRef"
     ]
    },
    "basicAuth": {
     "type": "object",
     "properties": {
      "secretRef": {
       "type": "object",
       "properties": {
        "name": {
         "type": "string",
         "max": 253,
         "rules": [
          {
           "message": "must be a Kubernetes name of lower-case letters, digits, hyphens and dots"
          }
         ]
        }
       },
       "required": [
        "name"
       ]
      }
     },
     "required": [
      "secretRef"
     ]
    },
    "bearerToken": {
     "type": "object",
     "properties": {
      "secretKeyRef": {
       "type": "object",
       "properties": {
        "name": {
         "type": "string",
         "max": 253,
         "rules": [
          {
           "message": "must be a Kubernetes name of lower-case letters, digits, hyphens and dots"
          }
         ]
        },
        "key": {
         "type": "string",
         "max": 253,
         "rules": [
          {
           "message": "must be a key of letters, digits, hyphens, underscores and dots"
          }
         ]
        }
       },
       "required": [
        "name",
        "key"
       ]
      }
     },
     "required": [
      "secretKeyRef"
     ]
    },
    "oauth2": {
     "type": "object",
     "properties": {
      "tokenURL": {
       "type": "string",
       "max": 2048,
       "rules": [
        {
         "message": "must be an absolute http or https URL without white space or backslash, such as https://shop.example.com/health"
        },
        {
         "message": "must be without user info, because credentials belong in a Secret"
        }
       ]
      },
      "secretRef": {
       "type": "object",
       "properties": {
        "name": {
         "type": "string",
         "max": 253,
         "rules": [
          {
           "message": "must be a Kubernetes name of lower-case letters, digits, hyphens and dots"
          }
         ]
        }
       },
       "required": [
        "name"
       ]
      },
      "scopes": {
       "type": "array",
       "items": {
        "type": "string",
        "max": 256,
        "rules": [
         {
          "message": "must be one scope without white space, double quotes or backslash"
         }
        ]
       },
       "max": 20
      }
     },
     "required": [
      "tokenURL",
      "secretRef"
     ]
    },
    "maxRedirects": {
     "type": "integer",
     "default": 10,
     "min": 0,
     "max": 20
    },
    "ipFamily": {
     "type": "string",
     "enum": [
      "IPv4",
      "IPv6"
     ]
    },
    "httpVersion": {
     "type": "string",
     "default": "Auto",
     "enum": [
      "Auto",
      "HTTP1",
      "HTTP2"
     ]
    },
    "compression": {
     "type": "string",
     "enum": [
      "identity",
      "gzip",
      "br",
      "deflate"
     ]
    },
    "maxBodySize": {
     "type": "string",
     "max": 10,
     "rules": [
      {
       "message": "must be a size from 1 to 8Mi in bytes, Ki or Mi, such as 65536 or 512Ki"
      }
     ]
    },
    "proxy": {
     "type": "object",
     "properties": {
      "url": {
       "type": "string",
       "max": 2048,
       "rules": [
        {
         "message": "must be an absolute http or https URL without white space or backslash, such as https://shop.example.com/health"
        },
        {
         "message": "must be without user info, because credentials belong in a Secret"
        }
       ]
      },
      "secretRef": {
       "type": "object",
       "properties": {
        "name": {
         "type": "string",
         "max": 253,
         "rules": [
          {
           "message": "must be a Kubernetes name of lower-case letters, digits, hyphens and dots"
          }
         ]
        }
       },
       "required": [
        "name"
       ]
      }
     },
     "required": [
      "url"
     ]
    },
    "connectTo": {
     "type": "object",
     "properties": {
      "host": {
       "type": "string",
       "max": 253,
       "rules": [
        {
         "message": "must be a DNS name or an IP address, without port or brackets"
        }
       ]
      },
      "port": {
       "type": "integer",
       "min": 1,
       "max": 65535
      }
     },
     "required": [
      "host"
     ]
    },
    "tls": {
     "type": "object",
     "properties": {
      "serverName": {
       "type": "string",
       "max": 253,
       "rules": [
        {
         "message": "must be a DNS name, such as shop.example.com"
        }
       ]
      },
      "ca": {
       "type": "object",
       "properties": {
        "secretKeyRef": {
         "type": "object",
         "properties": {
          "name": {
           "type": "string",
           "max": 253,
           "rules": [
            {
             "message": "must be a Kubernetes name of lower-case letters, digits, hyphens and dots"
            }
           ]
          },
          "key": {
           "type": "string",
           "max": 253,
           "rules": [
            {
             "message": "must be a key of letters, digits, hyphens, underscores and dots"
            }
           ]
          }
         },
         "required": [
          "name",
          "key"
         ]
        },
        "configMapKeyRef": {
         "type": "object",
         "properties": {
          "name": {
           "type": "string",
           "max": 253,
           "rules": [
            {
             "message": "must be a Kubernetes name of lower-case letters, digits, hyphens and dots"
            }
           ]
          },
          "key": {
           "type": "string",
           "max": 253,
           "rules": [
            {
             "message": "must be a key of letters, digits, hyphens, underscores and dots"
            }
           ]
          }
         },
         "required": [
          "name",
          "key"
         ]
        }
       },
       "rules": [
        {
         "message": "must have exactly one of secretKeyRef and configMapKeyRef"
        }
       ]
      },
      "clientCertificate": {
       "type": "object",
       "properties": {
        "secretRef": {
         "type": "object",
         "properties": {
          "name": {
           "type": "string",
           "max": 253,
           "rules": [
            {
             "message": "must be a Kubernetes name of lower-case letters, digits, hyphens and dots"
            }
           ]
          }
         },
         "required": [
          "name"
         ]
        }
       },
       "required": [
        "secretRef"
       ]
      },
      "insecureSkipVerify": {
       "type": "boolean",
       "default": false
      }
     }
    }
   },
   "default": {},
   "rules": [
    {
     "message": "must have at most one of body and bodyFrom"
    },
    {
     "message": "must have at most one of basicAuth, bearerToken and oauth2"
    },
    {
     "message": "must have at most one of proxy and connectTo"
    }
   ]
  },
  "expect": {
   "type": "object",
   "properties": {
    "statusCodes": {
     "type": "array",
     "items": {
      "type": "string",
      "max": 7,
      "rules": [
       {
        "message": "must be a status code or a range of codes from 100 to 599, such as \"200\" or \"200-299\""
       }
      ]
     },
     "default": [
      "200-299"
     ],
     "min": 1,
     "max": 32
    },
    "headers": {
     "type": "array",
     "items": {
      "type": "object",
      "properties": {
       "name": {
        "type": "string",
        "max": 256,
        "rules": [
         {
          "message": "must be the name of a header, such as Accept-Language"
         }
        ]
       },
       "matches": {
        "type": "string",
        "max": 1024,
        "rules": [
         {
          "message": "must be a regular expression in RE2 syntax"
         }
        ]
       },
       "notMatches": {
        "type": "string",
        "max": 1024,
        "rules": [
         {
          "message": "must be a regular expression in RE2 syntax"
         }
        ]
       },
       "allowMissing": {
        "type": "boolean",
        "default": false
       }
      },
      "required": [
       "name"
      ]
     },
     "max": 16
    },
    "body": {
     "type": "object",
     "properties": {
      "matches": {
       "type": "array",
       "items": {
        "type": "string",
        "max": 1024,
        "rules": [
         {
          "message": "must be a regular expression in RE2 syntax"
         }
        ]
       },
       "max": 16
      },
      "notMatches": {
       "type": "array",
       "items": {
        "type": "string",
        "max": 1024,
        "rules": [
         {
          "message": "must be a regular expression in RE2 syntax"
         }
        ]
       },
       "max": 16
      }
     }
    },
    "json": {
     "type": "array",
     "items": {
      "type": "string",
      "min": 1,
      "max": 1024
     },
     "max": 16
    },
    "maxLatency": {
     "type": "string",
     "max": 24,
     "rules": [
      {
       "message": "must be a duration of h, m, s and ms from 1ms to 2m, such as 800ms or 1s500ms"
      }
     ]
    },
    "certificateValidFor": {
     "type": "string",
     "max": 24,
     "rules": [
      {
       "message": "must be a duration of h, m, s and ms from 1m to 87600h, such as 336h for 14 days"
      }
     ]
    }
   },
   "default": {}
  },
  "interval": {
   "type": "string",
   "default": "30s",
   "max": 24,
   "rules": [
    {
     "message": "must be a duration of h, m, s and ms from 1s to 24h, such as 30s or 1m30s"
    }
   ]
  },
  "timeout": {
   "type": "string",
   "default": "5s",
   "max": 24,
   "rules": [
    {
     "message": "must be a duration of h, m, s and ms from 100ms to 2m, such as 5s or 500ms"
    }
   ]
  },
  "failureThreshold": {
   "type": "integer",
   "default": 1,
   "min": 1,
   "max": 100
  },
  "successThreshold": {
   "type": "integer",
   "default": 1,
   "min": 1,
   "max": 100
  },
  "failureWindow": {
   "type": "integer",
   "min": 2,
   "max": 100
  },
  "suspend": {
   "type": "boolean",
   "default": false
  },
  "maintenance": {
   "type": "array",
   "items": {
    "type": "object",
    "properties": {
     "schedule": {
      "type": "string",
      "max": 100,
      "rules": [
       {
        "message": "must be a cron schedule of five fields, such as 0 2 * * SUN"
       }
      ]
     },
     "duration": {
      "type": "string",
      "max": 24,
      "rules": [
       {
        "message": "must be a duration of h, m, s and ms from 1m to 168h, such as 2h or 1h30m"
       }
      ]
     },
     "timeZone": {
      "type": "string",
      "default": "Etc/UTC",
      "max": 63,
      "rules": [
       {
        "message": "must be the name of a time zone, such as Europe/Berlin"
       }
      ]
     }
    },
    "required": [
     "schedule",
     "duration"
    ]
   },
   "max": 10
  },
  "serviceAccountName": {
   "type": "string",
   "default": "default",
   "max": 253,
   "rules": [
    {
     "message": "must be a Kubernetes name of lower-case letters, digits, hyphens and dots"
    }
   ]
  },
  "diagnose": {
   "type": "object",
   "properties": {
    "enabled": {
     "type": "boolean",
     "default": true
    },
    "checks": {
     "type": "object",
     "properties": {
      "include": {
       "type": "array",
       "items": {
        "type": "string",
        "max": 63,
        "rules": [
         {
          "message": "must be the id of a check, such as service-target-port"
         }
        ]
       },
       "max": 100
      },
      "exclude": {
       "type": "array",
       "items": {
        "type": "string",
        "max": 63,
        "rules": [
         {
          "message": "must be the id of a check, such as service-target-port"
         }
        ]
       },
       "max": 100
      }
     }
    },
    "podLogs": {
     "type": "object",
     "properties": {
      "enabled": {
       "type": "boolean",
       "default": false
      },
      "tailLines": {
       "type": "integer",
       "default": 10,
       "min": 1,
       "max": 100
      }
     },
     "default": {}
    },
    "hops": {
     "type": "object",
     "properties": {
      "mode": {
       "type": "string",
       "default": "SafeMethods",
       "enum": [
        "Disabled",
        "SafeMethods",
        "AnyMethod"
       ]
      }
     },
     "default": {}
    },
    "mute": {
     "type": "array",
     "items": {
      "type": "object",
      "properties": {
       "reason": {
        "type": "string",
        "max": 63,
        "rules": [
         {
          "message": "must be a word in CamelCase, such as Deployment or TargetPortNotOpen"
         }
        ]
       },
       "subject": {
        "type": "object",
        "properties": {
         "kind": {
          "type": "string",
          "max": 63,
          "rules": [
           {
            "message": "must be a word in CamelCase, such as Deployment or TargetPortNotOpen"
           }
          ]
         },
         "namespace": {
          "type": "string",
          "max": 63,
          "rules": [
           {
            "message": "must be a Kubernetes name of lower-case letters, digits, hyphens and dots"
           }
          ]
         },
         "name": {
          "type": "string",
          "max": 253,
          "rules": [
           {
            "message": "must be a Kubernetes name of lower-case letters, digits, hyphens and dots"
           }
          ]
         }
        },
        "rules": [
         {
          "message": "must have at least one of kind, namespace and name"
         }
        ]
       },
       "until": {
        "type": "string",
        "format": "date-time",
        "max": 64
       },
       "comment": {
        "type": "string",
        "min": 1,
        "max": 256
       }
      },
      "required": [
       "reason",
       "comment"
      ]
     },
     "max": 32
    },
    "aws": {
     "type": "object",
     "properties": {
      "region": {
       "type": "string",
       "max": 32,
       "rules": [
        {
         "message": "must be an AWS region, such as eu-central-1"
        }
       ]
      },
      "loadBalancerARN": {
       "type": "string",
       "max": 512,
       "rules": [
        {
         "message": "must be the ARN of an Application or Network Load Balancer"
        }
       ]
      },
      "webACLARN": {
       "type": "string",
       "max": 512,
       "rules": [
        {
         "message": "must be the ARN of an AWS WAF web ACL"
        }
       ]
      },
      "accessLogs": {
       "type": "object",
       "properties": {
        "bucket": {
         "type": "string",
         "max": 63,
         "rules": [
          {
           "message": "must be the name of an S3 bucket"
          }
         ]
        },
        "prefix": {
         "type": "string",
         "max": 512
        }
       },
       "required": [
        "bucket"
       ]
      },
      "wafLogs": {
       "type": "object",
       "properties": {
        "logGroupName": {
         "type": "string",
         "max": 512,
         "rules": [
          {
           "message": "must be the name of a CloudWatch Logs group that begins with aws-waf-logs-"
          }
         ]
        },
        "s3": {
         "type": "object",
         "properties": {
          "bucket": {
           "type": "string",
           "max": 63,
           "rules": [
            {
             "message": "must be the name of an S3 bucket"
            }
           ]
          },
          "prefix": {
           "type": "string",
           "max": 512
          }
         },
         "required": [
          "bucket"
         ]
        }
       },
       "rules": [
        {
         "message": "must have exactly one of logGroupName and s3"
        }
       ]
      }
     }
    }
   },
   "default": {}
  },
  "historyLimit": {
   "type": "integer",
   "default": 10,
   "min": 0,
   "max": 20
  }
 },
 "required": [
  "target"
 ],
 "rules": [
  {
   "message": "must not be longer than interval (its default is 5s)",
   "field": ".timeout"
  },
  {
   "message": "must not be less than failureThreshold",
   "field": ".failureWindow"
  }
 ]
};

export const STATUS_SCHEMA: Schema = {
 "type": "object",
 "properties": {
  "observedGeneration": {
   "type": "integer"
  },
  "target": {
   "type": "string",
   "max": 32768
  },
  "lastHandledRequest": {
   "type": "string",
   "max": 32768
  },
  "conditions": {
   "type": "array",
   "items": {
    "type": "object",
    "properties": {
     "type": {
      "type": "string",
      "max": 32768
     },
     "status": {
      "type": "string",
      "enum": [
       "True",
       "False",
       "Unknown"
      ]
     },
     "observedGeneration": {
      "type": "integer"
     },
     "lastTransitionTime": {
      "type": "string",
      "format": "date-time",
      "max": 64
     },
     "reason": {
      "type": "string",
      "max": 32768
     },
     "message": {
      "type": "string",
      "max": 32768
     }
    },
    "required": [
     "type",
     "status",
     "observedGeneration",
     "lastTransitionTime",
     "reason",
     "message"
    ]
   },
   "max": 16
  },
  "verdict": {
   "type": "object",
   "properties": {
    "owner": {
     "type": "string",
     "max": 32768
    },
    "layer": {
     "type": "string",
     "max": 32768
    },
    "reason": {
     "type": "string",
     "max": 32768
    },
    "summary": {
     "type": "string",
     "max": 32768
    },
    "culprit": {
     "type": "object",
     "properties": {
      "group": {
       "type": "string",
       "max": 32768
      },
      "kind": {
       "type": "string",
       "max": 32768
      },
      "namespace": {
       "type": "string",
       "max": 32768
      },
      "name": {
       "type": "string",
       "max": 32768
      },
      "field": {
       "type": "string",
       "max": 32768
      },
      "ref": {
       "type": "string",
       "max": 32768
      }
     },
     "required": [
      "kind",
      "name",
      "ref"
     ]
    },
    "confidence": {
     "type": "string",
     "max": 32768
    },
    "fix": {
     "type": "string",
     "max": 32768
    },
    "commands": {
     "type": "array",
     "items": {
      "type": "string",
      "max": 32768
     },
     "max": 10
    }
   },
   "required": [
    "owner",
    "layer",
    "reason",
    "summary"
   ]
  },
  "lastProbe": {
   "type": "object",
   "properties": {
    "time": {
     "type": "string",
     "format": "date-time",
     "max": 64
    },
    "code": {
     "type": "integer"
    },
    "success": {
     "type": "boolean"
    },
    "failure": {
     "type": "object",
     "properties": {
      "phase": {
       "type": "string",
       "max": 32768
      },
      "reason": {
       "type": "string",
       "max": 32768
      },
      "message": {
       "type": "string",
       "max": 32768
      }
     },
     "required": [
      "phase",
      "reason",
      "message"
     ]
    },
    "url": {
     "type": "string",
     "max": 32768
    },
    "finalURL": {
     "type": "string",
     "max": 32768
    },
    "redirects": {
     "type": "array",
     "items": {
      "type": "object",
      "properties": {
       "url": {
        "type": "string",
        "max": 32768
       },
       "code": {
        "type": "integer"
       }
      },
      "required": [
       "url",
       "code"
      ]
     },
     "max": 21
    },
    "remoteAddress": {
     "type": "string",
     "max": 32768
    },
    "httpVersion": {
     "type": "string",
     "max": 32768
    },
    "durationMilliseconds": {
     "type": "object",
     "properties": {
      "resolve": {
       "type": "integer"
      },
      "connect": {
       "type": "integer"
      },
      "tls": {
       "type": "integer"
      },
      "processing": {
       "type": "integer"
      },
      "transfer": {
       "type": "integer"
      },
      "total": {
       "type": "integer"
      }
     },
     "required": [
      "resolve",
      "connect",
      "tls",
      "processing",
      "transfer",
      "total"
     ]
    },
    "tls": {
     "type": "object",
     "properties": {
      "version": {
       "type": "string",
       "max": 32768
      },
      "cipher": {
       "type": "string",
       "max": 32768
      },
      "notAfterTime": {
       "type": "string",
       "format": "date-time",
       "max": 64
      }
     },
     "required": [
      "version",
      "cipher"
     ]
    },
    "answeredBy": {
     "type": "object",
     "properties": {
      "layer": {
       "type": "string",
       "max": 32768
      },
      "product": {
       "type": "string",
       "max": 32768
      },
      "confidence": {
       "type": "string",
       "max": 32768
      },
      "evidence": {
       "type": "array",
       "items": {
        "type": "string",
        "max": 32768
       },
       "max": 10
      }
     },
     "required": [
      "layer",
      "product"
     ]
    }
   },
   "required": [
    "time",
    "success",
    "url",
    "finalURL",
    "durationMilliseconds"
   ]
  },
  "failingSince": {
   "type": "string",
   "format": "date-time",
   "max": 64
  },
  "failureTraceID": {
   "type": "string",
   "max": 32768
  },
  "consecutiveFailures": {
   "type": "integer"
  },
  "consecutiveSuccesses": {
   "type": "integer"
  },
  "lastFailure": {
   "type": "object",
   "properties": {
    "startTime": {
     "type": "string",
     "format": "date-time",
     "max": 64
    },
    "endTime": {
     "type": "string",
     "format": "date-time",
     "max": 64
    },
    "code": {
     "type": "integer"
    },
    "owner": {
     "type": "string",
     "max": 32768
    },
    "reason": {
     "type": "string",
     "max": 32768
    },
    "culprit": {
     "type": "string",
     "max": 32768
    },
    "summary": {
     "type": "string",
     "max": 32768
    }
   },
   "required": [
    "startTime",
    "endTime",
    "owner",
    "reason"
   ]
  },
  "matrix": {
   "type": "object",
   "properties": {
    "row": {
     "type": "string",
     "max": 32768
    },
    "side": {
     "type": "string",
     "max": 32768
    },
    "meaning": {
     "type": "string",
     "max": 32768
    },
    "owner": {
     "type": "string",
     "max": 32768
    },
    "fixArea": {
     "type": "string",
     "max": 32768
    }
   },
   "required": [
    "row",
    "side",
    "meaning",
    "owner",
    "fixArea"
   ]
  },
  "path": {
   "type": "array",
   "items": {
    "type": "object",
    "properties": {
     "hop": {
      "type": "string",
      "max": 32768
     },
     "ref": {
      "type": "string",
      "max": 32768
     },
     "result": {
      "type": "string",
      "max": 32768
     },
     "message": {
      "type": "string",
      "max": 32768
     }
    },
    "required": [
     "hop",
     "result"
    ]
   },
   "max": 12
  },
  "endpointsOmitted": {
   "type": "integer"
  },
  "findings": {
   "type": "array",
   "items": {
    "type": "object",
    "properties": {
     "id": {
      "type": "string",
      "max": 32768
     },
     "check": {
      "type": "string",
      "max": 32768
     },
     "reason": {
      "type": "string",
      "max": 32768
     },
     "severity": {
      "type": "string",
      "max": 32768
     },
     "owner": {
      "type": "string",
      "max": 32768
     },
     "layer": {
      "type": "string",
      "max": 32768
     },
     "subject": {
      "type": "object",
      "properties": {
       "group": {
        "type": "string",
        "max": 32768
       },
       "kind": {
        "type": "string",
        "max": 32768
       },
       "namespace": {
        "type": "string",
        "max": 32768
       },
       "name": {
        "type": "string",
        "max": 32768
       },
       "field": {
        "type": "string",
        "max": 32768
       },
       "ref": {
        "type": "string",
        "max": 32768
       }
      },
      "required": [
       "kind",
       "name",
       "ref"
      ]
     },
     "message": {
      "type": "string",
      "max": 32768
     },
     "observed": {
      "type": "string",
      "max": 32768
     },
     "expected": {
      "type": "string",
      "max": 32768
     },
     "evidence": {
      "type": "array",
      "items": {
       "type": "string",
       "max": 32768
      },
      "max": 3
     },
     "fix": {
      "type": "string",
      "max": 32768
     },
     "causedBy": {
      "type": "string",
      "max": 32768
     },
     "muted": {
      "type": "boolean"
     }
    },
    "required": [
     "id",
     "check",
     "reason",
     "severity",
     "owner",
     "layer",
     "subject",
     "message"
    ]
   },
   "max": 20
  },
  "findingsOmitted": {
   "type": "integer"
  },
  "notChecked": {
   "type": "array",
   "items": {
    "type": "object",
    "properties": {
     "check": {
      "type": "string",
      "max": 32768
     },
     "reason": {
      "type": "string",
      "max": 32768
     },
     "message": {
      "type": "string",
      "max": 32768
     }
    },
    "required": [
     "check",
     "reason"
    ]
   },
   "max": 50
  },
  "changes": {
   "type": "array",
   "items": {
    "type": "object",
    "properties": {
     "time": {
      "type": "string",
      "format": "date-time",
      "max": 64
     },
     "subject": {
      "type": "object",
      "properties": {
       "group": {
        "type": "string",
        "max": 32768
       },
       "kind": {
        "type": "string",
        "max": 32768
       },
       "namespace": {
        "type": "string",
        "max": 32768
       },
       "name": {
        "type": "string",
        "max": 32768
       },
       "field": {
        "type": "string",
        "max": 32768
       },
       "ref": {
        "type": "string",
        "max": 32768
       }
      },
      "required": [
       "kind",
       "name",
       "ref"
      ]
     },
     "message": {
      "type": "string",
      "max": 32768
     },
     "manager": {
      "type": "string",
      "max": 32768
     }
    },
    "required": [
     "time",
     "subject",
     "message",
     "manager"
    ]
   },
   "max": 5
  },
  "links": {
   "type": "array",
   "items": {
    "type": "object",
    "properties": {
     "name": {
      "type": "string",
      "max": 32768
     },
     "url": {
      "type": "string",
      "max": 32768
     }
    },
    "required": [
     "name",
     "url"
    ]
   },
   "max": 10
  },
  "history": {
   "type": "array",
   "items": {
    "type": "object",
    "properties": {
     "time": {
      "type": "string",
      "format": "date-time",
      "max": 64
     },
     "healthy": {
      "type": "string",
      "enum": [
       "True",
       "False",
       "Unknown"
      ]
     },
     "code": {
      "type": "integer"
     },
     "owner": {
      "type": "string",
      "max": 32768
     },
     "reason": {
      "type": "string",
      "max": 32768
     }
    },
    "required": [
     "time",
     "healthy"
    ]
   },
   "max": 20
  }
 },
 "required": [
  "observedGeneration"
 ],
 "default": {
  "observedGeneration": -1
 }
};
