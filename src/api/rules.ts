import { RE2JS } from 're2js';
import { parseDuration } from './durations.ts';
import { parseSize } from './sizes.ts';

const KUBERNETES_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const PORT_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const HOST_AND_PORT =
  /^(\[[0-9a-f:.]+\]|[\p{L}\p{M}\p{N}._-]+)(:([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5]))?$/iu;
const URL_PARTS = /^https?:\/\/(?:[^/?#]*@)?(?<hostAndPort>[^/?#]*)(?:[/?#].*)?$/i;
const NOT_IN_URL = /[\s\p{Z}\p{C}\\]/u;
const USER_INFO = /^[^/?#]*\/\/[^/?#\\]*@/;
const PATH = /^\/([^/\s\p{Z}\p{C}\\#][^\s\p{Z}\p{C}\\#]*)?$/u;
const DNS_NAME = /^[A-Za-z0-9_]([-A-Za-z0-9._]*[A-Za-z0-9_])?$/;
const IP_V6 = /^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$/;
const HEADER_NAME = /^[!#$%&*+.^_`|~0-9A-Za-z-]+$/;
const STATUS_CODES = /^([1-5]\d{2})(?:-([1-5]\d{2}))?$/;
const LOAD_BALANCER_ARN =
  /^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer\/(app|net)\/[A-Za-z0-9-]+\/[0-9a-f]+$/;
const WEB_ACL_ARN =
  /^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:\d{12}:(regional|global)\/webacl\/[A-Za-z0-9_-]+\/[0-9a-f-]+$/;

/** Headers whose value comes from a Secret alone, in lower case. */
export const CREDENTIAL_HEADERS: ReadonlySet<string> = new Set([
  'api-key',
  'apikey',
  'authorization',
  'cookie',
  'ocp-apim-subscription-key',
  'private-token',
  'proxy-authorization',
  'x-access-token',
  'x-amz-security-token',
  'x-api-key',
  'x-auth-token',
  'x-functions-key',
  'x-goog-api-key',
  'x-vault-token',
]);

/** Headers that no probe can choose, in lower case. */
export const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const matches = (pattern: RegExp) => (text: string) => pattern.test(text);

const howMany = (...values: unknown[]) => values.filter((value) => value !== undefined).length;

function durationFrom(shortest: string, longest: string): (text: string) => boolean {
  const least = parseDuration(shortest) ?? Number.NaN;
  const most = parseDuration(longest) ?? Number.NaN;
  return (text) => {
    const milliseconds = parseDuration(text) ?? Number.NaN;
    return milliseconds >= least && milliseconds <= most;
  };
}

function isHTTPURL(text: string): boolean {
  const hostAndPort = URL_PARTS.exec(text)?.groups?.hostAndPort ?? '';
  return !NOT_IN_URL.test(text) && HOST_AND_PORT.test(hostAndPort) && URL.canParse(text);
}

function isPort(port: number | string): boolean {
  return typeof port === 'number' ? port >= 1 && port <= 65_535 : PORT_NAME.test(port) && /[a-z]/.test(port);
}

function isRE2(pattern: string): boolean {
  try {
    RE2JS.compile(pattern);
    return true;
  } catch {
    return false;
  }
}

function isStatusCodes(text: string): boolean {
  const [, first, last = first] = STATUS_CODES.exec(text) ?? [];
  return first !== undefined && last !== undefined && first <= last;
}

interface Header {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: unknown;
}

/**
 * The CEL rules of the CRD, by their message, for objects that no API server has judged: manifests that the command
 * line reads, and objects stored under another schema. A value has the schema's type when its rule is asked.
 */
export const RULES = {
  'must not be longer than interval (its default is 5s)': (spec: {
    readonly interval: string;
    readonly timeout: string;
  }) => (parseDuration(spec.timeout) ?? 0) <= (parseDuration(spec.interval) ?? 0),
  'must not be less than failureThreshold': (spec: {
    readonly failureThreshold: number;
    readonly failureWindow?: number;
  }) => spec.failureWindow === undefined || spec.failureThreshold <= spec.failureWindow,
  'must have exactly one of url, ingressRef, serviceRef and httpRouteRef': (
    target: Readonly<Record<'url' | 'ingressRef' | 'serviceRef' | 'httpRouteRef', unknown>>,
  ) => howMany(target.url, target.ingressRef, target.serviceRef, target.httpRouteRef) === 1,
  'must be an absolute http or https URL without white space or backslash, such as https://shop.example.com/health':
    isHTTPURL,
  'must be without user info, because credentials belong in a Secret': (url: string) => !USER_INFO.test(url),
  'must be a Kubernetes name of lower-case letters, digits, hyphens and dots': matches(KUBERNETES_NAME),
  'must be a host name in lower case without wildcard or port, such as shop.example.com':
    matches(KUBERNETES_NAME),
  'must begin with one slash and hold no white space, backslash or fragment, such as /health': matches(PATH),
  'must be a port number from 1 to 65535 or the name of a port of the Service': isPort,
  'must have at most one of body and bodyFrom': (request: Readonly<Record<'body' | 'bodyFrom', unknown>>) =>
    howMany(request.body, request.bodyFrom) <= 1,
  'must have at most one of basicAuth, bearerToken and oauth2': (
    request: Readonly<Record<'basicAuth' | 'bearerToken' | 'oauth2', unknown>>,
  ) => howMany(request.basicAuth, request.bearerToken, request.oauth2) <= 1,
  'must have at most one of proxy and connectTo': (
    request: Readonly<Record<'proxy' | 'connectTo', unknown>>,
  ) => howMany(request.proxy, request.connectTo) <= 1,
  'must have exactly one of value and valueFrom': (header: Header) =>
    howMany(header.value, header.valueFrom) === 1,
  'must come from a Secret by valueFrom, because this header carries a credential': (header: Header) =>
    header.value === undefined || !CREDENTIAL_HEADERS.has(header.name.toLowerCase()),
  'must be the name of a header, such as Accept-Language': matches(HEADER_NAME),
  'must not be a header that the connection sets by itself, such as Content-Length': (name: string) =>
    !CONNECTION_HEADERS.has(name.toLowerCase()),
  'must consist of visible ASCII characters, spaces and tabs': matches(/^[\t -~]*$/),
  'must be a key of letters, digits, hyphens, underscores and dots': matches(/^[-._a-zA-Z0-9]+$/),
  'must be one scope without white space, double quotes or backslash': matches(/^[!#-[\]-~]+$/),
  'must be a DNS name or an IP address, without port or brackets': (host: string) =>
    DNS_NAME.test(host) || IP_V6.test(host),
  'must be a DNS name, such as shop.example.com': matches(DNS_NAME),
  'must have exactly one of secretKeyRef and configMapKeyRef': (
    ca: Readonly<Record<'secretKeyRef' | 'configMapKeyRef', unknown>>,
  ) => howMany(ca.secretKeyRef, ca.configMapKeyRef) === 1,
  'must be a status code or a range of codes from 100 to 599, such as "200" or "200-299"': isStatusCodes,
  'must be a regular expression in RE2 syntax': isRE2,
  'must be a duration of h, m, s and ms from 1ms to 2m, such as 800ms or 1s500ms': durationFrom('1ms', '2m'),
  'must be a duration of h, m, s and ms from 1m to 87600h, such as 336h for 14 days': durationFrom(
    '1m',
    '87600h',
  ),
  'must be a duration of h, m, s and ms from 1s to 24h, such as 30s or 1m30s': durationFrom('1s', '24h'),
  'must be a duration of h, m, s and ms from 100ms to 2m, such as 5s or 500ms': durationFrom('100ms', '2m'),
  'must be a size from 1 to 8Mi in bytes, Ki or Mi, such as 65536 or 512Ki': (text: string) => {
    const bytes = parseSize(text) ?? Number.NaN;
    return bytes >= 1 && bytes <= 8 * 1024 ** 2;
  },
  'must be a cron schedule of five fields, such as 0 2 * * SUN': matches(
    /^([0-9*/,-]+ ){3}[0-9A-Za-z*/,-]+ [0-9A-Za-z*/,-]+$/,
  ),
  'must be a duration of h, m, s and ms from 1m to 168h, such as 2h or 1h30m': durationFrom('1m', '168h'),
  'must be the name of a time zone, such as Europe/Berlin': matches(/^[A-Za-z0-9+/_-]+$/),
  'must be the id of a check, such as service-target-port': matches(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  'must be a word in CamelCase, such as Deployment or TargetPortNotOpen': matches(/^[A-Z][A-Za-z0-9]*$/),
  'must have at least one of kind, namespace and name': (
    subject: Readonly<Record<'kind' | 'namespace' | 'name', unknown>>,
  ) => howMany(subject.kind, subject.namespace, subject.name) >= 1,
  'must be an AWS region, such as eu-central-1': matches(/^[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}$/),
  'must be the ARN of an Application or Network Load Balancer': matches(LOAD_BALANCER_ARN),
  'must be the ARN of an AWS WAF web ACL': matches(WEB_ACL_ARN),
  'must be the name of an S3 bucket': matches(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
  'must have exactly one of logGroupName and s3': (logs: Readonly<Record<'logGroupName' | 's3', unknown>>) =>
    howMany(logs.logGroupName, logs.s3) === 1,
  'must be the name of a CloudWatch Logs group that begins with aws-waf-logs-': matches(
    /^aws-waf-logs-[A-Za-z0-9_/.#-]+$/,
  ),
};

/** What a rule allows, as the CRD says it: it follows the name of a field and makes a sentence with it. */
export type RuleMessage = keyof typeof RULES;
