import { randomBytes } from 'node:crypto';
import { CloudEvent, HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, test } from 'vitest';
import { stringify } from 'yaml';
import type { StatusProbeStatus } from '../api/generated.ts';
import { messageFor, parseKey, webhookHeaders } from './message.ts';
import { isWanted, notificationOf, type ProbeTransition } from './notification.ts';
import { parseNotifications } from './settings.ts';

const failing = (owner: string, reason = 'TargetPortNotOpen'): StatusProbeStatus => ({
  observedGeneration: 1,
  target: 'http://shop.test/cart?token=…&view=…',
  failingSince: '2030-01-01T12:00:00.000Z',
  verdict: {
    owner,
    layer: 'Service',
    reason,
    summary: 'Service/web sends to port 8080; its Pods open 80',
    culprit: { kind: 'Service', name: 'web', ref: 'Service/web' },
    confidence: 'High',
    fix: 'Set targetPort to 80',
  },
  lastProbe: {
    time: '2030-01-01T12:00:30.000Z',
    code: 502,
    success: false,
    url: 'http://shop.test/cart?token=…',
    finalURL: 'http://shop.test/cart',
    durationMilliseconds: { resolve: 0, connect: 0, tls: 0, processing: 0, transfer: 0, total: 0 },
  },
  links: [{ name: 'Logs', url: 'https://logs.test/?namespace=shop' }],
});

const HEALTHY: StatusProbeStatus = {
  observedGeneration: 1,
  target: 'http://shop.test/cart?token=…',
  lastFailure: {
    startTime: '2030-01-01T12:00:00.000Z',
    endTime: '2030-01-01T12:10:00.000Z',
    code: 502,
    owner: 'Developer',
    reason: 'CrashLoop',
    culprit: 'Deployment/web',
    summary: 'Deployment/web crashes',
  },
};

const transition = (
  type: ProbeTransition['type'],
  before: StatusProbeStatus,
  after: StatusProbeStatus,
): ProbeTransition => ({ type, namespace: 'shop', name: 'cart', uid: 'u-1', before, after });

const FAILED = transition('ProbeFailed', HEALTHY, failing('DevOps'));
const RECOVERED = transition('ProbeRecovered', failing('Developer'), HEALTHY);

test('a failure is told with its verdict, and without a query', () => {
  expect(JSON.parse(JSON.stringify(notificationOf(FAILED)))).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    type: 'ProbeFailed',
    time: '2030-01-01T12:00:00.000Z',
    namespace: 'shop',
    name: 'cart',
    owners: ['DevOps'],
    data: {
      namespace: 'shop',
      name: 'cart',
      target: 'http://shop.test/cart',
      code: 502,
      owner: 'DevOps',
      layer: 'Service',
      reason: 'TargetPortNotOpen',
      summary: 'Service/web sends to port 8080; its Pods open 80',
      culprit: 'Service/web',
      confidence: 'High',
      fix: 'Set targetPort to 80',
      failingSince: '2030-01-01T12:00:00.000Z',
      links: [{ name: 'Logs', url: 'https://logs.test/?namespace=shop' }],
    },
  });
});

test('a recovery is told with the failure that it ends', () => {
  const { time, owners, data } = notificationOf(RECOVERED);
  expect([time, owners]).toEqual(['2030-01-01T12:10:00.000Z', ['Developer']]);
  expect(JSON.parse(JSON.stringify(data))).toEqual({
    namespace: 'shop',
    name: 'cart',
    target: 'http://shop.test/cart',
    code: 502,
    owner: 'Developer',
    reason: 'CrashLoop',
    summary: 'Deployment/web crashes',
    culprit: 'Deployment/web',
    failingSince: '2030-01-01T12:00:00.000Z',
    endTime: '2030-01-01T12:10:00.000Z',
  });
});

test('the same transition has the same id, another one another', () => {
  const { id } = notificationOf(FAILED);
  expect(notificationOf({ ...FAILED }).id).toBe(id);
  const others = [RECOVERED, { ...FAILED, uid: 'u-2' }, { ...FAILED, after: failing('DevOps', 'Other') }];
  expect(others.map((other) => notificationOf(other).id === id)).toEqual([false, false, false]);
});

const receiver = (settings: object = {}) => {
  const receivers = [{ name: 'team', urlFile: 'url', ...settings }];
  const [first] = parseNotifications(stringify({ receivers })).receivers;
  if (first === undefined) throw new Error('There is no receiver.');
  return first;
};

describe('routing', () => {
  const both = transition('ProbeFailed', HEALTHY, failing('Both'));
  const unknown = transition('ProbeFailed', HEALTHY, failing('Unknown'));
  const changed = transition('CauseChanged', failing('DevOps'), failing('Developer', 'CrashLoop'));

  it.each<[string, object, readonly ProbeTransition[]]>([
    ['everybody', {}, [FAILED, RECOVERED, both, unknown, changed]],
    ['DevOps, and who was called before', { owners: ['DevOps'] }, [FAILED, both, changed]],
    ['Developer', { owners: ['Developer'] }, [RECOVERED, both, changed]],
    ['both alone', { owners: ['Both'] }, [both]],
    ['nobody known', { owners: ['Unknown'] }, [unknown]],
    ['a namespace', { namespaces: ['shop'] }, [FAILED, RECOVERED, both, unknown, changed]],
    ['another namespace', { namespaces: ['ledger'] }, []],
    ['recoveries', { transitions: ['ProbeRecovered'] }, [RECOVERED]],
  ])('to %s', (_, settings, wanted) => {
    const all = [FAILED, RECOVERED, both, unknown, changed];
    expect(all.filter((each) => isWanted(receiver(settings), notificationOf(each)))).toEqual(wanted);
  });
});

describe('messages', () => {
  it('are CloudEvents, as another program reads them', () => {
    const notification = notificationOf(FAILED);
    const { contentType, body } = messageFor(notification, 'CloudEvents', 'https://clusters.test/prod');
    const event = HTTP.toEvent({ headers: { 'content-type': contentType }, body });
    if (Array.isArray(event)) throw new Error('It is a batch.');
    // Throws what the specification does not allow.
    expect(new CloudEvent(event).toJSON()).toMatchObject({
      specversion: '1.0',
      id: notification.id,
      source: 'https://clusters.test/prod',
      type: 'dev.statusprobe.ProbeFailed',
      subject: 'shop/cart',
      time: '2030-01-01T12:00:00.000Z',
      datacontenttype: 'application/json',
      data: JSON.parse(JSON.stringify(notification.data)),
    });
  });

  it('are text where a chat takes no more', () => {
    const text = (each: ProbeTransition) => {
      const { body } = messageFor(notificationOf(each), 'Text', 'statusprobe');
      return (JSON.parse(body) as { text: string }).text;
    };
    expect(text(FAILED)).toBe(
      `shop/cart fails: http://shop.test/cart
DevOps: Service/web sends to port 8080; its Pods open 80
Fix: Set targetPort to 80
Logs: https://logs.test/?namespace=shop`,
    );
    expect(text(RECOVERED)).toBe(
      `shop/cart works again: http://shop.test/cart
It was Developer: Deployment/web crashes`,
    );
  });

  it('are signed so that another program finds them genuine, and others not', () => {
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    const { body } = messageFor(notificationOf(FAILED), 'CloudEvents', 'statusprobe');
    const seconds = Math.floor(Date.now() / 1000);
    const sent = webhookHeaders('msg-1', seconds, body, parseKey(`${secret}\n`));
    const headers = Object.fromEntries(sent.map(({ name, value }) => [name, value]));
    expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
    expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow();
    expect(webhookHeaders('msg-1', seconds, body, undefined).map(({ name }) => name)).toEqual([
      'webhook-id',
      'webhook-timestamp',
    ]);
  });

  it.each([['whsec_c2hvcnQ='], ['not base64 at all, and rather long!'], ['']])(
    'are not signed with %j',
    (text) => {
      expect(() => parseKey(text)).toThrow(
        'The key must be at least 24 bytes in base64, with or without whsec_ before it: openssl rand -base64 32 makes one',
      );
    },
  );
});

describe('settings are refused with one sentence', () => {
  const team = { name: 'team', urlFile: 'url' };
  it.each<[object, string]>([
    [{}, 'notifications.receivers must be given.'],
    [{ receivers: [] }, 'notifications.receivers must have from 1 to 50 entries.'],
    [{ receivers: [{ name: 'team' }] }, 'notifications.receivers[0].urlFile must be given.'],
    [
      { receivers: [{ ...team, url: 'https://a.test/' }] },
      'notifications.receivers[0].url is not a field of notifications.',
    ],
    [
      { receivers: [{ ...team, owners: ['devops'] }] },
      'notifications.receivers[0].owners[0] must be one of DevOps, Developer, Both, Unknown.',
    ],
    [{ receivers: [team, team] }, 'notifications.receivers has two receivers named team.'],
  ])('%j', (settings, sentence) => {
    expect(() => parseNotifications(stringify(settings))).toThrow(new Error(sentence));
  });
});
