import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { afterAll, expect, it, vi } from 'vitest';
import { closedPort, serveHTTP } from '../../test/support/misbehaving-server.ts';
import type { StatusProbeStatus } from '../api/generated.ts';
import { notificationOf } from '../notify/notification.ts';
import { type Delivery, Outbox, type OutboxOptions, type Result } from '../notify/outbox.ts';
import { parseNotifications } from '../notify/settings.ts';
import { createResolver } from '../probe/dns.ts';
import { createGuard } from '../probe/guard.ts';
import { createSender } from './notification-sender.ts';

const folder = mkdtempSync(join(tmpdir(), 'statusprobe-notifications-'));
afterAll(() => rmSync(folder, { recursive: true }));

const guard = createGuard({
  allowCIDRs: ['127.0.0.0/8'],
  denyCIDRs: [],
  apiServerAddresses: [],
  ownedAddresses: () => new Set(),
});

interface Call {
  readonly at: number;
  readonly method: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Answer = { readonly code: number; readonly headers?: Readonly<Record<string, string>> } | 'silence';

/** Answers as listed, the last one again and again. */
async function startReceiver(...answers: readonly Answer[]) {
  const calls: Call[] = [];
  const server = await serveHTTP(async (request, response) => {
    const answer = answers[Math.min(calls.length, answers.length - 1)] ?? { code: 204 };
    const headers = request.headers as Record<string, string>;
    calls.push({ at: performance.now(), method: request.method, headers, body: await text(request) });
    if (answer !== 'silence') response.writeHead(answer.code, answer.headers).end('{}');
  });
  return { calls, url: `${server.origin}/hook/secret-path?token=s3cret` };
}

/** An outbox for a receiver at this URL, which goes fast. */
function outboxFor(url: string, pace: OutboxOptions['pace'] = {}, settings: object = {}) {
  writeFileSync(join(folder, 'url'), `${url}\n`);
  const receivers = [{ name: 'team', urlFile: 'url', ...settings }];
  const [receiver] = parseNotifications(JSON.stringify({ receivers })).receivers;
  if (receiver === undefined) throw new Error('There is no receiver.');
  const results: Result[] = [];
  const deliveries: Delivery[] = [];
  const outbox = new Outbox({
    send: createSender(receiver, {
      version: '0.0.0',
      source: 'test',
      folder,
      resolver: createResolver(),
      guard: async () => guard,
      timeoutMilliseconds: 300,
    }),
    told: (result) => results.push(result),
    attempted: (delivery) => deliveries.push(delivery),
    pace: { gathering: 0, firstWait: 5, longestWait: 20, ...pace },
  });
  const done = (...wanted: readonly Result[]) =>
    vi.waitFor(() => expect(results).toEqual(wanted), { timeout: 10_000 });
  return { outbox, results, deliveries, done };
}

const status = (summary: string): StatusProbeStatus => ({
  observedGeneration: 1,
  target: 'http://shop.test/',
  failingSince: '2030-01-01T12:00:00.000Z',
  verdict: { owner: 'DevOps', layer: 'Service', reason: 'Broken', summary },
});

const notification = (name: string, summary = `because of ${name}`) =>
  notificationOf({
    type: 'ProbeFailed',
    namespace: 'shop',
    name,
    uid: name,
    before: { observedGeneration: 1 },
    after: status(summary),
  });

const subjects = (calls: readonly Call[]) =>
  calls.map(({ body }) => (JSON.parse(body) as { subject: string }).subject);

it('posts a signed CloudEvent, with the URL and key as the files have them by then', async () => {
  const receiver = await startReceiver();
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  writeFileSync(join(folder, 'key'), secret);
  const { outbox, done } = outboxFor(receiver.url, {}, { keyFile: 'key' });
  outbox.add(notification('cart'));
  await done('sent');
  const [call] = receiver.calls;
  expect(call).toMatchObject({
    method: 'POST',
    headers: {
      'content-type': 'application/cloudevents+json',
      'user-agent': 'statusprobe/0.0.0',
      'webhook-id': notification('cart').id,
    },
  });
  expect(new Webhook(secret).verify(call?.body ?? '', call?.headers ?? {})).toMatchObject({
    subject: 'shop/cart',
  });

  const other = await startReceiver();
  writeFileSync(join(folder, 'url'), other.url);
  outbox.add(notification('other'));
  await done('sent', 'sent');
  expect(subjects(other.calls)).toEqual(['shop/other']);
});

it('tries again, with the same id, what fails for now', async () => {
  const receiver = await startReceiver({ code: 500 }, 'silence', { code: 429 }, { code: 200 });
  const { outbox, done } = outboxFor(receiver.url);
  outbox.add(notification('cart'));
  await done('sent');
  expect(receiver.calls).toHaveLength(4);
  expect(new Set(receiver.calls.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
});

it('waits as long as the receiver asks it to', async () => {
  const receiver = await startReceiver({ code: 429, headers: { 'Retry-After': '1' } }, { code: 200 });
  const { outbox, done } = outboxFor(receiver.url, { longestWait: 60_000 });
  outbox.add(notification('cart'));
  await done('sent');
  const [first, second] = receiver.calls.map(({ at }) => at);
  // Timers count whole milliseconds.
  expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(999);
});

it('keeps the order while the receiver is down, and never asks anybody to wait', async () => {
  const port = await closedPort();
  const { outbox, deliveries, results, done } = outboxFor(`http://127.0.0.1:${port}/`);
  for (const name of ['a', 'b', 'c']) expect(outbox.add(notification(name))).toBeUndefined();
  await vi.waitFor(() => expect(deliveries.length).toBeGreaterThan(2));
  expect(results).toEqual([]);
  expect(outbox.size).toBe(2);
  const receiver = await startReceiver();
  writeFileSync(join(folder, 'url'), receiver.url);
  await done('sent', 'sent', 'sent');
  expect(subjects(receiver.calls)).toEqual(['shop/a', 'shop/b', 'shop/c']);
});

it.each<[string, string, Answer]>([
  [
    'a redirect, even to where credentials are',
    'it answers 302, and no redirect is followed',
    { code: 302, headers: { Location: 'http://169.254.169.254/latest/meta-data' } },
  ],
  ['a refusal', 'it answers 403', { code: 403 }],
  ['an address that is gone', 'it answers 410', { code: 410 }],
])('%s is final', async (_, message, answer) => {
  const receiver = await startReceiver(answer);
  const { outbox, deliveries, done } = outboxFor(receiver.url);
  outbox.add(notification('cart'));
  await done('failed');
  expect(receiver.calls).toHaveLength(1);
  expect(deliveries).toEqual([{ kind: 'Failed', message, isWorthRetrying: false }]);
});

it('the guard judges the address', async () => {
  const { outbox, deliveries, done } = outboxFor('http://169.254.169.254/hook');
  outbox.add(notification('cart'));
  await done('failed');
  expect(deliveries).toEqual([
    {
      kind: 'Failed',
      message: 'its address is refused (CloudMetadata): No setting allows it.',
      isWorthRetrying: false,
    },
  ]);
});

it.each<[string, string, object, RegExp]>([
  ['a missing file', 'http://127.0.0.1:1/', { urlFile: 'nowhere' }, /ENOENT.*nowhere/],
  ['no URL', 'shop.test', {}, /^it cannot be reached: InvalidURL$/],
  ['no key', 'http://127.0.0.1:1/', { keyFile: 'url' }, /^The key must be at least 24 bytes/],
])('%s is one sentence, without the URL, and worth another attempt', async (_, url, settings, message) => {
  const { outbox, deliveries } = outboxFor(url, {}, settings);
  outbox.add(notification('cart'));
  await vi.waitFor(() => expect(deliveries.length).toBeGreaterThan(1));
  expect(deliveries[0]).toEqual({
    kind: 'Failed',
    message: expect.stringMatching(message),
    isWorthRetrying: true,
  });
  expect(JSON.stringify(deliveries)).not.toContain(url);
  await outbox.stop(0);
});

it('gives up after a time', async () => {
  const receiver = await startReceiver({ code: 503 });
  const { outbox, done } = outboxFor(receiver.url, { giveUp: 0 });
  outbox.add(notification('a'));
  outbox.add(notification('b'));
  await done('failed', 'failed');
  expect(subjects(receiver.calls)).toEqual(['shop/a', 'shop/b']);
});

it('makes one of what says the same in one namespace', async () => {
  const receiver = await startReceiver();
  const { outbox, done } = outboxFor(receiver.url, { gathering: 50 });
  for (let index = 0; index < 30; index += 1)
    outbox.add(notification(`probe-${index}`, 'the controller is down'));
  outbox.add(notification('probe-3', 'the controller is down'));
  outbox.add(notification('other'));
  await done('sent', 'sent');
  const [first] = receiver.calls.map(({ body }) => JSON.parse(body).data);
  expect([first.name, first.others.length, first.othersOmitted]).toEqual(['probe-0', 20, 9]);
});

it('has room for so many, and lets go of the oldest', async () => {
  const receiver = await startReceiver();
  const { outbox, results, done } = outboxFor(receiver.url, { gathering: 50, room: 2 });
  for (const name of ['a', 'b', 'c', 'd']) outbox.add(notification(name));
  expect(results).toEqual(['dropped', 'dropped']);
  await done('dropped', 'dropped', 'sent', 'sent');
  expect(subjects(receiver.calls)).toEqual(['shop/c', 'shop/d']);
});

it('tries once more when it is stopped, whatever it waits for', async () => {
  const receiver = await startReceiver({ code: 503, headers: { 'Retry-After': '3600' } }, { code: 200 });
  const { outbox, deliveries, results } = outboxFor(receiver.url, { longestWait: 3_600_000 });
  outbox.add(notification('a'));
  outbox.add(notification('b'));
  await vi.waitFor(() => expect(deliveries).toHaveLength(1));
  await outbox.stop(10_000);
  expect(results).toEqual(['sent', 'sent']);
  expect(subjects(receiver.calls)).toEqual(['shop/a', 'shop/a', 'shop/b']);
});

it('ends in time with a receiver that hangs', async () => {
  const receiver = await startReceiver('silence');
  const { outbox, results } = outboxFor(receiver.url);
  for (const name of ['a', 'b', 'c']) outbox.add(notification(name));
  await vi.waitFor(() => expect(receiver.calls.length).toBeGreaterThan(0));
  await outbox.stop(0);
  expect(results).toEqual(['dropped', 'dropped', 'dropped']);
});
