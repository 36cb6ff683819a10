import type { FilterLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import { parseARN } from '../../diagnosis/model/arn.ts';
import type { AccessLogEntry, LoadBalancer, WAFRequest, WebACL } from '../../diagnosis/model/aws.ts';
import { found, type Lookup, mapLookup } from '../../diagnosis/model/lookup.ts';
import { readAccessLogLine } from './access-log-line.ts';
import type { Region } from './account.ts';
import { type LogListing, readLogObjects } from './log-objects.ts';
import type { S3Place, WAFLogPlace } from './reader.ts';
import { readWAFRecord } from './waf-record.ts';

/** Objects come every 5 minutes and some minutes late. */
const WINDOW_MILLISECONDS = 20 * 60_000;
const MAXIMUM_PAGES = 3;

const folder = (prefix: string | undefined): string =>
  prefix === undefined ? '' : `${prefix.replace(/\/$/, '')}/`;

/** `2026`, `01`, `31`, `23`, `55` of a time in UTC. */
const partsOf = (time: number): readonly string[] => new Date(time).toISOString().split(/[-T:]/).slice(0, 5);

/** The window's days or hours, each once: `2026/01/31`, with `length` 4 also the hour. */
function foldersOf(now: number, length: number): readonly string[] {
  const names = [now - WINDOW_MILLISECONDS, now].map((time) => partsOf(time).slice(0, length).join('/'));
  return [...new Set(names)];
}

/** The objects of one load balancer begin with its own name, so that listing starts in the right minute. */
function accessLogListings(
  { LoadBalancerArn }: LoadBalancer,
  { bucket, prefix }: S3Place,
  now: number,
): readonly LogListing[] {
  const { account = '', region = '', resource = '' } = parseARN(LoadBalancerArn) ?? {};
  const name = resource.replace(/^loadbalancer\//, '').replaceAll('/', '.');
  const root = `${folder(prefix)}AWSLogs/${account}/elasticloadbalancing/${region}`;
  const [year = '', month = '', day = '', hour = '', minute = ''] = partsOf(now - WINDOW_MILLISECONDS);
  return foldersOf(now, 3).map((date) => {
    const objects = `${root}/${date}/${account}_elasticloadbalancing_${region}_${name}_`;
    return { bucket, prefix: objects, startAfter: `${objects}${year}${month}${day}T${hour}${minute}Z` };
  });
}

export async function readAccessLogs(
  region: Region,
  loadBalancer: LoadBalancer,
  place: S3Place,
): Promise<Lookup<readonly AccessLogEntry[]>> {
  const lines = await readLogObjects(region, accessLogListings(loadBalancer, place, Date.now()));
  return mapLookup(lines, (all) => all.flatMap((line) => readAccessLogLine(line) ?? []));
}

function wafListings({ ARN, Name }: WebACL, { bucket, prefix }: S3Place, now: number): readonly LogListing[] {
  const { account = '', region = '' } = parseARN(ARN) ?? {};
  const root = `${folder(prefix)}AWSLogs/${account}/WAFLogs/${region}/${Name}`;
  const [, , , , minute = ''] = partsOf(now - WINDOW_MILLISECONDS);
  return foldersOf(now, 4).map((hour, index) => ({
    bucket,
    prefix: `${root}/${hour}/`,
    ...(index === 0 ? { startAfter: `${root}/${hour}/${minute}` } : {}),
  }));
}

async function fromLogGroup(
  { clients, call }: Region,
  logGroupName: string,
): Promise<Lookup<readonly string[]>> {
  const { FilterLogEventsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
  const client = await clients.logs();
  const lines: string[] = [];
  let nextToken: string | undefined;
  const startTime = Date.now() - WINDOW_MILLISECONDS;
  for (let page = 0; page < MAXIMUM_PAGES; page += 1) {
    const events: Lookup<FilterLogEventsCommandOutput> = await call(
      { action: 'logs:FilterLogEvents', resource: `arn:aws:logs:*:*:log-group:${logGroupName}:*` },
      (options) =>
        client.send(
          new FilterLogEventsCommand({
            logGroupName,
            startTime,
            filterPattern: '"statusprobe/"',
            ...(nextToken && { nextToken }),
          }),
          options,
        ),
    );
    if (!events.ok) return events;
    lines.push(...(events.value.events ?? []).flatMap(({ message }) => message ?? []));
    nextToken = events.value.nextToken;
    if (nextToken === undefined) break;
  }
  return found(lines);
}

export async function readWAFLog(
  region: Region,
  webACL: WebACL,
  { logGroupName, s3 }: WAFLogPlace,
): Promise<Lookup<readonly WAFRequest[]>> {
  const lines =
    s3 === undefined
      ? await fromLogGroup(region, logGroupName ?? '')
      : await readLogObjects(region, wafListings(webACL, s3, Date.now()));
  return mapLookup(lines, (all) => all.flatMap((line) => readWAFRecord(line) ?? []));
}
