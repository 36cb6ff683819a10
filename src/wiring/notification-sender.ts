import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Observation } from '../diagnosis/model/observation.ts';
import { parseRetryAfter } from '../kubernetes/api-error.ts';
import { messageFor, parseKey, webhookHeaders } from '../notify/message.ts';
import type { Notification } from '../notify/notification.ts';
import type { Delivery } from '../notify/outbox.ts';
import type { Receiver } from '../notify/settings.ts';
import { userAgent } from '../probe/correlation.ts';
import type { AddressResolver } from '../probe/dns.ts';
import type { AddressGuard } from '../probe/guard.ts';
import { probe } from '../probe/probe.ts';
import { defaultRequest } from '../probe/request.ts';

export interface SenderOptions {
  readonly version: string;
  /** Of the settings. */
  readonly source: string;
  /** That relative paths of the settings begin at. */
  readonly folder: string;
  readonly resolver: AddressResolver;
  readonly guard: () => Promise<AddressGuard>;
  /** For one attempt: 10 s. */
  readonly timeoutMilliseconds?: number;
}

const TIMEOUT_MILLISECONDS = 10_000;
const LONGEST_ANSWER = 65_536;

/** Whatever it answers is an answer; what it means is judged here. */
const ANY_ANSWER = { statusCodes: ['100-599'], headers: [], body: { matches: [], notMatches: [] }, json: [] };

/** Sends by the prober, so that the guard judges the connection and no redirect is followed. */
export function createSender(receiver: Receiver, options: SenderOptions) {
  const read = (file: string) => readFile(path.resolve(options.folder, file), 'utf8');
  return async (notification: Notification, signal: AbortSignal): Promise<Delivery> => {
    try {
      const request = await requestFor(notification, receiver, options, read);
      const { resolver, guard } = options;
      const context = { resolver, guard: await guard(), now: Date.now, signal };
      return deliveryOf(await probe(request, ANY_ANSWER, context));
    } catch (error) {
      return { kind: 'Failed', message: (error as Error).message, isWorthRetrying: true };
    }
  };
}

async function requestFor(
  notification: Notification,
  { urlFile, keyFile, caFile, format }: Receiver,
  { source, version, timeoutMilliseconds = TIMEOUT_MILLISECONDS }: SenderOptions,
  read: (file: string) => Promise<string>,
) {
  const url = (await read(urlFile)).trim();
  const key = keyFile === undefined ? undefined : parseKey(await read(keyFile));
  const tls = caFile === undefined ? {} : { ca: await read(caFile) };
  const { body, contentType } = messageFor(notification, format, source);
  const seconds = Math.floor(Date.now() / 1000);
  return {
    ...defaultRequest(url),
    method: 'POST',
    headers: [
      { name: 'Content-Type', value: contentType },
      { name: 'User-Agent', value: userAgent(version) },
      ...webhookHeaders(notification.id, seconds, body, key),
    ],
    body,
    maxRedirects: 0,
    tls,
    timeoutMilliseconds,
    bodyLimit: LONGEST_ANSWER,
  };
}

/** Answers that say: later. */
const LATER: ReadonlySet<number> = new Set([408, 425, 429]);

/** The code counts, whatever becomes of the body. Nothing of the URL is told, because it may be a secret. */
function deliveryOf({ code, failure, refusal, headers }: Observation): Delivery {
  if (refusal !== undefined) {
    const message = `its address is refused (${refusal.rule}): ${refusal.remedy}`;
    return { kind: 'Failed', message, isWorthRetrying: false };
  }
  if (code === undefined) {
    const message = `it cannot be reached: ${failure?.reason ?? 'no answer'}`;
    return { kind: 'Failed', message, isWorthRetrying: true };
  }
  if (code >= 200 && code < 300) return { kind: 'Sent' };
  const retryAfter = parseRetryAfter(headers['retry-after']);
  return {
    kind: 'Failed',
    message: code < 400 ? `it answers ${code}, and no redirect is followed` : `it answers ${code}`,
    isWorthRetrying: code >= 500 || LATER.has(code),
    ...(retryAfter === undefined ? {} : { retryAfterMilliseconds: retryAfter }),
  };
}
