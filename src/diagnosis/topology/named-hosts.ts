import { tellingLine } from '../model/stack-trace.ts';

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
}

/** What clients of all languages say of a peer that takes no connection, does not answer or has no address. */
const FAILS =
  /refused|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|no such host|no route to host|unreachable|timed? ?out|deadline exceeded|(?:could ?n[o']t|did ?n[o']t|can't) (?:connect|reach|resolve|translate|be established)|cannot (?:connect|reach|resolve)|unable to (?:connect|reach|resolve)|fail(?:ed|ure)? (?:to|in) (?:connect|reach|resolve|dial|name)|connection (?:failed|failure|error|closed|reset)|not known|does not resolve|UnknownHost|no address|bad address|resolve host|ServerSelection|no[ _]healthy[ _]upstream|not available|waiting for|link failure|getaddrinfo|unknown (?:mysql server )?host/i;

/** Talk of a logger, in its own words or in those of JSON and logfmt. */
const TALK =
  /(?:^|[\s[|])(?:INFO|DEBUG|TRACE|NOTICE)(?=[\s\]|:]|$)|["']?(?:level|severity)["']?\s?[:=]\s?["']?(?:info|debug|trace|notice)\b/;

const HOST = `[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?`;
const START = String.raw`(?<![\w.-])`;

/** DNS is said to have no such name: the name is the group of the pattern. */
const UNKNOWN: readonly RegExp[] = [
  String.raw`lookup (${HOST})\.?(?: on \S+)?: no such host`,
  `ENOTFOUND (${HOST})`,
  `translate host name "(${HOST})" to address: (?:name|nodename|no address)`,
  `UnknownHostException: (${HOST})`,
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
  String.raw`(?:lookup|EAI_AGAIN) (${HOST})(?![\w-])`,
  `host(?:name| name)?[ =:]{1,2}["'](${HOST})["']`,
  `server (?:at|on) ["'](${HOST})["']`,
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

const hostsBy = (
  patterns: readonly RegExp[],
  line: string,
  told: Pick<NamedHost, 'isUnknown' | 'isCertain'>,
): readonly NamedHost[] =>
  matches(patterns, line).map(([, host = '', port]) => ({
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

const complaintOf = (line: string): Complaint => ({ line, hosts: hostsIn(line) });

const ERROR =
  /\b(?:ERROR|FATAL|CRITICAL|PANIC)\b|["']?(?:level|severity)["']?\s?[:=]\s?["']?(?:error|fatal|critical)\b/i;

/** Beside errors of another kind nobody can tell which the answer came from. */
const doubted = ({ line, hosts }: Complaint): Complaint => ({
  line,
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
  if (telling !== undefined && !FAILS.test(telling)) return [];
  const failing = loud.filter((line) => FAILS.test(line));
  const isMixed = own.length === 0 && loud.some((line) => ERROR.test(line) && !FAILS.test(line));
  const first = failing.filter((line) => telling?.includes(line.trim()));
  return [...new Set([...first, ...failing])]
    .map(complaintOf)
    .filter(({ hosts }) => hosts.length > 0)
    .map((complaint) => (isMixed ? doubted(complaint) : complaint));
}

/** What one text says, such as an answer or the word of a kubelet. */
export function complaintIn(text: string): readonly Complaint[] {
  const complaint = complaintOf(text);
  return FAILS.test(text) && complaint.hosts.length > 0 ? [complaint] : [];
}
