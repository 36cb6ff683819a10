import { describe, expect, it } from 'vitest';
import type { Evidence } from '../model/evidence.ts';
import type { Observation } from '../model/observation.ts';
import { applicationAnswer } from './application-answer.ts';

const SEEN: Observation = {
  time: '2026-01-01T00:00:00.000Z',
  method: 'POST',
  url: 'http://shop.test/cart',
  finalURL: 'http://shop.test/cart',
  code: 500,
  success: false,
  redirects: [],
  durationMilliseconds: { resolve: 0, connect: 0, tls: 0, processing: 0, transfer: 0, total: 0 },
  answeredBy: { layer: 'Application', product: 'Express', confidence: 'High', evidence: [] },
  headers: {},
  requestID: '6955b900abcdef012345678912345678',
};

const log = (...lines: string[]) => ({ podName: 'shop-1', container: 'app', previous: false, lines });

/** What stands beside the accusation. */
const evidenceOf = (seen: Partial<Observation>, more: Partial<Evidence> = {}) =>
  applicationAnswer
    .run({
      observation: { ...SEEN, ...seen },
      request: { scheme: 'http', host: 'shop.test', port: 80, path: '/cart', method: 'POST' },
      home: 'demo',
      ...more,
    })
    .flatMap(({ evidence }) => evidence);

describe('the answer of an application comes with what helps its developers', () => {
  it.each<[string, Partial<Observation>, Partial<Evidence>, readonly string[]]>([
    [
      'the line of the log that names the request, before any that only looks like an error',
      {},
      { logs: [log('ERROR no stock', `id=${SEEN.requestID} cart 7 is empty`)] },
      [`log: id=${SEEN.requestID} cart 7 is empty`],
    ],
    [
      'of a stack trace the line that says why, and the body',
      {},
      { logs: [log('up', 'TypeError: no price', 'at total')], answerText: '{"error":"no price"}' },
      ['log: TypeError: no price', 'answer: {"error":"no price"}'],
    ],
    [
      'the methods that the route takes',
      { code: 405, headers: { allow: 'GET' } },
      { logs: [log('ERROR of somebody else')] },
      ['allow: it takes GET here, and was asked with POST'],
    ],
    [
      'each redirect and who sent it',
      {
        code: 302,
        failure: { phase: 'Assert', reason: 'RedirectLoop', message: 'a circle' },
        redirects: [
          {
            url: 'http://shop.test/cart',
            code: 308,
            answeredBy: { ...SEEN.answeredBy, product: 'nginx' } as never,
          },
        ],
        finalURL: 'https://shop.test/cart',
        headers: { location: 'http://shop.test/cart?from=https' },
      },
      {},
      [
        'location: http://shop.test/cart',
        'http://shop.test/cart: 308 by nginx',
        'https://shop.test/cart: 302 by Express',
      ],
    ],
  ])('%s', (_, seen, more, expected) => expect(evidenceOf(seen, more)).toEqual(expected));
});
