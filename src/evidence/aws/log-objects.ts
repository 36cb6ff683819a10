import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { found, type Lookup } from '../../diagnosis/model/lookup.ts';
import type { Region } from './account.ts';
import { mentionsProbe } from './logged-request.ts';

/** Which objects of a bucket: those of a prefix after a key. */
export interface LogListing {
  readonly bucket: string;
  readonly prefix: string;
  readonly startAfter?: string;
}

const MAXIMUM_PAGES = 3;
const MAXIMUM_OBJECTS = 12;
/** Of one object, unpacked. */
const MAXIMUM_BYTES = 64 * 1024 * 1024;
const MAXIMUM_LINE = 64 * 1024;

async function keysOf(
  { clients, call }: Region,
  { bucket, prefix, startAfter }: LogListing,
): Promise<Lookup<readonly string[]>> {
  const { ListObjectsV2Command } = await import('@aws-sdk/client-s3');
  const client = await clients.s3();
  const keys: string[] = [];
  let token: string | undefined;
  for (let page = 0; page < MAXIMUM_PAGES; page += 1) {
    const which = { Bucket: bucket, Prefix: prefix, ...(startAfter && { StartAfter: startAfter }) };
    const listed: Lookup<ListObjectsV2CommandOutput> = await call(
      { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}` },
      (options) =>
        client.send(
          new ListObjectsV2Command({ ...which, ...(token && { ContinuationToken: token }) }),
          options,
        ),
    );
    if (!listed.ok) return listed;
    keys.push(...(listed.value.Contents ?? []).flatMap(({ Key }) => Key ?? []));
    token = listed.value.NextContinuationToken;
    if (token === undefined) break;
  }
  return found(keys);
}

/** Lines that may be of a probe; a line that is too long, and what is cut off at the end, is passed over. */
async function linesIn(chunks: AsyncIterable<Buffer>): Promise<readonly string[]> {
  const lines: string[] = [];
  let pending = '';
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      const parts = (pending + chunk.toString('latin1')).split('\n');
      pending = (parts.pop() ?? '').slice(0, MAXIMUM_LINE);
      lines.push(...parts.filter((line) => line.length < MAXIMUM_LINE && mentionsProbe(line)));
      if (bytes > MAXIMUM_BYTES) break;
    }
  } catch {
    // What was unpacked before the damage is as good as any.
  }
  return [...lines, ...(mentionsProbe(pending) ? [pending] : [])];
}

async function linesOf(
  { clients, call }: Region,
  bucket: string,
  key: string,
): Promise<Lookup<readonly string[]>> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  const client = await clients.s3();
  return call({ action: 's3:GetObject', resource: `arn:aws:s3:::${bucket}/*` }, async (options) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), options);
    if (!(Body instanceof Readable)) return [];
    const unpacked = createGunzip();
    Body.on('error', (error) => unpacked.destroy(error)).pipe(unpacked);
    try {
      return await linesIn(unpacked);
    } finally {
      Body.destroy();
      unpacked.destroy();
    }
  });
}

/** Lines of the newest log objects in which a probe is mentioned. */
export async function readLogObjects(
  region: Region,
  listings: readonly LogListing[],
): Promise<Lookup<readonly string[]>> {
  const lines: string[] = [];
  for (const listing of listings) {
    const keys = await keysOf(region, listing);
    if (!keys.ok) return keys;
    for (const key of keys.value.filter((each) => each.endsWith('.gz')).slice(-MAXIMUM_OBJECTS)) {
      const read = await linesOf(region, listing.bucket, key);
      if (!read.ok) return read;
      lines.push(...read.value);
    }
  }
  return found(lines);
}
