import { tellingLine } from '../model/stack-trace.ts';
import { storePorts } from './store-ports.ts';

/** A host that a text says could not be reached. */
export interface NamedHost {
  readonly host: string;
  readonly port?: number;
  /** DNS is said to have no such name. */
  readonly isUnknown: boolean;
  /** Written as hosts are, with a port, in a URL or as an address; else a word that follows "connect to" and the like. */
  readonly isCertain: boolean;
}

/** A line that says so, as it may be shown. */
export interface Complaint {
  readonly line: string;
  readonly hosts: readonly NamedHost[];
  /** Where it names no host: the usual ports of the kind of store that it names. */
  readonly ports: readonly number[];
}

/** What clients of all languages say of a peer that takes no connection, does not answer or has no address. */
const FAILS = new RegExp(
  [
    'refused|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|no such host',
    'no route to host|unreachable|not reachable|timed? ?out|deadline exceeded|issue connecting|fetch failed',
    "(?:could ?n[o']t|did ?n[o']t|can't) (?:connect|reach|resolve|translate|be established)",
    '(?:cannot|unable to|not possible to) (?:connect|reach|resolve)|UnableToConnect|Connect(?:ion)? call failed',
    'fail(?:ed|ure)? (?:to|in) (?:connect|reach|resolve|dial|name|obtain jdbc)|fail to connect|port \\d+ has failed|network-related',
    'connection (?:failed|failure|error|closed|reset)|not known|does not resolve|UnknownHost|HostNotFound|no address',
    'bad address|(?:re)?solve host|resolution fail|NameResolution|Name or service|is the server running on host',
    'ServerSelection|no[ _]healthy[ _]upstream|not available|waiting for|link failure|getaddrinfo|SQLState\\W{1,4}08',
    // What a client says at last whose attempts to connect have all failed.
    "max(?:imum)? (?:number of )?retr(?:y|ies)|retries (?:exhausted|exceeded|per request)|retry limit|stream isn't writeable",
    'connection (?:is|was) closed|client is closed|ClientClosed|connection terminated|SocketClosed|resource from the pool',
    'unknown (?:mysql server )?host|PrismaClientInitialization|transient failure|"status"\\s?:\\s?"DOWN"|database (?:is )?(?:unavailable|down)\\b',
  ].join('|'),
  'i',
);

/** Talk of a logger, in its own words or in those of JSON and logfmt. */
const TALK =
  /(?:^|[\s[|])(?:INFO|DEBUG|TRACE|NOTICE)(?=[\s\]|:]|$)|["']?(?:level|severity)["']?\s?[:=]\s?["']?(?:info|debug|trace|notice)\b/;

const HOST = `[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?`;
const START = String.raw`(?<![\w.-])`;

/** DNS is said to have no such name: the name is the group of the pattern. */
const UNKNOWN: readonly RegExp[] = [
  String.raw`lookup (${HOST})\.?(?: on \S+)?: no such host`,
  String.raw`(${HOST})/<unresolved>:\d+`,
  String.raw`(${HOST}):\d+: \[Errno -[25]\]`,
  String.raw`resolve '(${HOST})(?::\d+)?': (?:name|nodename|no address)`,
  String.raw`resolution failed for (${HOST}):\d+: .{0,200}domain name not found`,
  `ENOTFOUND (${HOST})`,
  `translate host name "(${HOST})" to address: (?:name|nodename|no address)`,
  String.raw`UnknownHostException: (${HOST})(?=$|\s*[\]}),;]|: (?:name|nodename|no address))`,
  `getaddrinfo (?:for )?(${HOST}) failed: (?:name|nodename)`,
  String.raw`connecting to (${HOST}):\d+\. (?:name|nodename)`,
  String.raw`(?:not known|does not resolve|such host is known)\.? \((?:\w+://)?(${HOST})(?::\d+)?[/)]`,
  `could not resolve host: (${HOST})`,
  String.raw`failed to resolve '(${HOST})' \(\[Errno -[25]\]`,
  `bad address '(${HOST})'`,
  `unknown (?:mysql server )?host '(${HOST})'`,
].map((pattern) => new RegExp(pattern, 'gi'));

/** Written as hosts are; the second group is the port. */
const CERTAIN: readonly RegExp[] = [
  String.raw`${START}(${HOST}):(\d{1,5})(?!\d)`,
  String.raw`://(?:[^\s/@]{0,256}@)?(${HOST})(?=[/?\s"']|$)`,
  String.raw`outbound\|(?:\d+)\|[^|\s]*\|(${HOST})`,
  String.raw`${START}(${HOST}\.svc(?:\.[a-z0-9-]+)*)`,
  String.raw`${START}(\d{1,3}(?:\.\d{1,3}){3})(?![\w.:])`,
  String.raw`\[([0-9a-f:]{2,39})\](?::(\d{1,5}))?`,
  String.raw`UnknownHostException: (${HOST})(?=$|:|\s*[\]}),;])`,
  String.raw`(?:lookup|EAI_AGAIN) (${HOST})(?![\w-])`,
  `host(?:name| name)?[ =:]{1,2}["'](${HOST})["']`,
  String.raw`\(host=(${HOST})\)(?:\(port=(\d{1,5})\))?`,
  String.raw`\bhost: (${HOST}), port: (\d{1,5})`,
  String.raw`the host (${HOST}), port (\d{1,5})`,
  `connecting with your hostname: (${HOST})`,
  `resolve host (?:name )?["']?(${HOST})(?![\\w-])`,
  `resolve ["'](${HOST})["']`,
  `resolution failed for (?:target )?(?:dns:/{0,3})?(${HOST})(?![\\w-])`,
  `server (?:at|on) ["'\`](${HOST})["'\`](?::\`(\\d{1,5})\`)?`,
  String.raw`connect(?:ion)? to (?:server at )?["']?(${HOST})["']?(?: \([^)]{0,64}\))?,? port (\d{1,5})`,
].map((pattern) => new RegExp(pattern, 'gi'));

const LIKELY: readonly RegExp[] = [
  String.raw`(?:connect|connecting|connection) to (?:server )?["'\[]?(${HOST})(?![\w:-]|\.\w)`,
  String.raw`(?:reach|reaching|resolve|resolving|waiting for) ["'\[]?(${HOST})(?![\w:-]|\.\w)`,
].map((pattern) => new RegExp(pattern, 'gi'));

/** The server of DNS that was asked is not who was looked for. */
const withoutResolver = (line: string): string => line.replace(/(lookup \S+) on \S+:53/gi, '$1');

const matches = (patterns: readonly RegExp[], line: string) =>
  patterns.flatMap((pattern) => [...line.matchAll(pattern)]);

/** Numbers of a clock, or the file of a stack's frame. */
const isHost = (host: string): boolean =>
  /^[a-z]|:|^\d+(?:\.\d+){3}$/i.test(host) &&
  !/\.(?:[cm]?[jt]sx?|java|kt|scala|py|rb|php|go|cs|ex|rs)$/i.test(host);

const hostsBy = (
  patterns: readonly RegExp[],
  line: string,
  told: Pick<NamedHost, 'isUnknown' | 'isCertain'>,
): readonly NamedHost[] =>
  matches(patterns, line)
    .filter(([, host = '']) => isHost(host))
    .map(([, host = '', port]) => ({
      host: host.toLowerCase(),
      ...(port === undefined ? {} : { port: Number(port) }),
      ...told,
    }));

function hostsIn(text: string): readonly NamedHost[] {
  const line = withoutResolver(text);
  return [
    ...hostsBy(UNKNOWN, line, { isUnknown: true, isCertain: true }),
    ...hostsBy(CERTAIN, line, { isUnknown: false, isCertain: true }),
    ...hostsBy(LIKELY, line, { isUnknown: false, isCertain: false }),
  ];
}

/** A name of the internet: what is meant stands elsewhere. */
const OUTSIDE = /\w\.(?:com|net|org|internal|local|cloud|[a-z]{2})\b(?![.\w])/;

function complaintOf(line: string): Complaint {
  const hosts = hostsIn(line);
  return {
    line,
    hosts,
    ports: hosts.some(({ isCertain }) => isCertain) || OUTSIDE.test(line) ? [] : storePorts(line),
  };
}

const isTelling = ({ hosts, ports }: Complaint): boolean => hosts.length > 0 || ports.length > 0;

/** How runtimes write what an error came of below it. */
const CAUSE = /^\s*(?:\[cause\]:|--->|caused by\b)/i;

const ERROR =
  /\b(?:ERROR|FATAL|CRITICAL|PANIC)\b|["']?(?:level|severity)["']?\s?[:=]\s?["']?(?:error|fatal|critical)\b/i;

/** Beside errors of another kind nobody can tell which the answer came from. */
const doubted = ({ hosts, ...complaint }: Complaint): Complaint => ({
  ...complaint,
  hosts: hosts.map((host) => ({ ...host, isCertain: false })),
});

/**
 * What a log complains of. Where its telling line is about something else than a connection, a connection that failed
 * beside it is not what the answer came from.
 */
export function complaintsOf(lines: readonly string[], requestID?: string): readonly Complaint[] {
  const loud = lines.filter((line) => !TALK.test(line));
  const own = requestID === undefined ? [] : loud.filter((line) => line.includes(requestID));
  const telling = own.find((line) => FAILS.test(line)) ?? own[0] ?? tellingLine(lines);
  const isCaused = own.length === 0 && loud.some((line) => CAUSE.test(line) && FAILS.test(line));
  if (telling !== undefined && !FAILS.test(telling) && !isCaused) return [];
  const failing = loud.filter((line) => FAILS.test(line));
  const isMixed = own.length === 0 && loud.some((line) => ERROR.test(line) && !FAILS.test(line));
  const first = failing.filter((line) => telling?.includes(line.trim()));
  return [...new Set([...first, ...failing])]
    .map(complaintOf)
    .filter(isTelling)
    .map((complaint) => (isMixed ? doubted(complaint) : complaint));
}

/** What one text says, such as an answer or the word of a kubelet. */
export function complaintIn(text: string): readonly Complaint[] {
  const complaint = complaintOf(text);
  return FAILS.test(text) && isTelling(complaint) ? [complaint] : [];
}
