import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAccessLogLine } from './access-log-line.ts';

const AGENT = 'statusprobe/0.1.0 (+demo/shop)';
const line = (
  more: { agent?: string; target?: string; codes?: string; actions?: string; end?: string } = {},
): string => {
  const {
    agent = AGENT,
    target = '10.1.0.11:8080',
    codes = '502 -',
    actions = 'waf,forward',
    end = '',
  } = more;
  return `https 2026-01-01T00:00:00.186641Z app/edge/50dc6c495c0c9188 192.0.2.1:2817 ${target} 0.086 0.048 0.037 ${codes} 0 57 "GET https://shop.example.com:443/a?token=b HTTP/1.1" "${agent}" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/shop/7 "Self=1-1;Root=1-6955b900-abcdef012345678912345678" "shop.example.com" "arn:aws:acm:eu-central-1:1:certificate/2" 1 2026-01-01T00:00:00.139000Z "${actions}" "-" "-" "10.1.0.11:8080" "-" "Ambiguous" "BothTeClPresent"${end}`;
};

const WHOLE = {
  time: '2026-01-01T00:00:00.186641Z',
  target: '10.1.0.11:8080',
  requestProcessingTime: 0.086,
  targetProcessingTime: 0.048,
  responseProcessingTime: 0.037,
  elbStatusCode: 502,
  method: 'GET',
  url: 'https://shop.example.com:443/a',
  userAgent: AGENT,
  targetGroupARN: 'arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/shop/7',
  traceID: 'Self=1-1;Root=1-6955b900-abcdef012345678912345678',
  matchedRulePriority: '1',
  actionsExecuted: ['waf', 'forward'],
  classification: 'Ambiguous',
  classificationReason: 'BothTeClPresent',
};

describe('a line of the access log', () => {
  test('of a probe, without its query', () => expect(readAccessLogLine(line())).toEqual(WHOLE));
  test('with fields that came later', () =>
    expect(readAccessLogLine(line({ end: ' TID_1 "-" "-" "-" 10.0.0.1 new' }))).toEqual(WHOLE));
  test('without a target', () => {
    const { target, ...rest } = WHOLE;
    expect(readAccessLogLine(line({ target: '-' }))).toEqual(rest);
  });
  test('with the code of the target', () =>
    expect(readAccessLogLine(line({ codes: '500 500' }))).toMatchObject({
      elbStatusCode: 500,
      targetStatusCode: 500,
    }));
  test('of a request that was not understood', () =>
    expect(readAccessLogLine(line({ actions: '-' }))).toMatchObject({ actionsExecuted: [] }));
  test.each([
    ['of others', line({ agent: 'curl/8' })],
    ['with quotes in the name of another', line({ agent: '\\"statusprobe/ x' })],
    ['without a code', line({ codes: '- -' })],
    ['cut short', line().slice(0, 200)],
    ['of nothing', ''],
  ])('%s is passed over', (_, text) => expect(readAccessLogLine(text)).toBeUndefined());

  test('of any text does no harm', () => {
    fc.assert(fc.property(fc.string(), (text) => void readAccessLogLine(`${line().slice(0, 150)}${text}`)));
  });
});
