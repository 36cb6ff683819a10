import { createHmac } from 'node:crypto';
import type { Notification } from './notification.ts';
import type { Receiver } from './settings.ts';

/** A notification as it goes over the wire. */
export interface Message {
  readonly contentType: string;
  readonly body: string;
}

const WHAT = {
  ProbeFailed: 'fails',
  CauseChanged: 'fails for another cause',
  ProbeRecovered: 'works again',
} as const;

function textOf({ type, data }: Notification): string {
  const { namespace, name, target, owner, summary, fix, links = [], others = [], othersOmitted = 0 } = data;
  const count = others.length + othersOmitted;
  const more = count === 0 ? '' : ` (and ${count} more)`;
  const cause = type === 'ProbeRecovered' ? `It was ${owner}: ${summary}` : `${owner}: ${summary}`;
  return [
    `${namespace}/${name}${more} ${WHAT[type]}${target === undefined ? '' : `: ${target}`}`,
    cause,
    ...(fix === undefined ? [] : [`Fix: ${fix}`]),
    ...links.map((link) => `${link.name}: ${link.url}`),
  ].join('\n');
}

/** The CloudEvents 1.0 envelope, in structured JSON. */
const cloudEventOf = (notification: Notification, source: string) => ({
  specversion: '1.0',
  id: notification.id,
  source,
  type: `dev.statusprobe.${notification.type}`,
  subject: `${notification.namespace}/${notification.name}`,
  time: notification.time,
  datacontenttype: 'application/json',
  data: notification.data,
});

export function messageFor(notification: Notification, format: Receiver['format'], source: string): Message {
  if (format === 'Text') {
    return { contentType: 'application/json', body: JSON.stringify({ text: textOf(notification) }) };
  }
  return {
    contentType: 'application/cloudevents+json',
    body: JSON.stringify(cloudEventOf(notification, source)),
  };
}

export interface Header {
  readonly name: string;
  readonly value: string;
}

const KEY_PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const SHORTEST_KEY_BYTES = 24;

/** Throws an Error with one sentence where the text is no key; the text itself is never shown. */
export function parseKey(text: string): Buffer {
  const encoded = text.trim().replace(KEY_PREFIX, '');
  const key = Buffer.from(encoded, 'base64');
  if (BASE64.test(encoded) && key.length >= SHORTEST_KEY_BYTES) return key;
  throw new Error(
    `The key must be at least ${SHORTEST_KEY_BYTES} bytes in base64, with or without ${KEY_PREFIX} before it: openssl rand -base64 32 makes one`,
  );
}

/** Headers of the Standard Webhooks specification; `seconds` is the Unix time of the attempt. */
export function webhookHeaders(
  id: string,
  seconds: number,
  body: string,
  key: Buffer | undefined,
): readonly Header[] {
  const headers = [
    { name: 'webhook-id', value: id },
    { name: 'webhook-timestamp', value: String(seconds) },
  ];
  if (key === undefined) return headers;
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return [...headers, { name: 'webhook-signature', value: `v1,${signature}` }];
}
