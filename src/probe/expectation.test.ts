import { describe, expect, it } from 'vitest';
import { serveHTTP } from '../../test/support/misbehaving-server.ts';
import { probeLoopback } from '../../test/support/probe-loopback.ts';
import { compileExpectation } from './expectation.ts';
import { compilePattern } from './pattern.ts';
import { DEFAULT_EXPECTATION, type Expectation } from './request.ts';

async function failureOf(
  body: string,
  expectation: Partial<Expectation>,
  headers: Record<string, string> = {},
) {
  const server = await serveHTTP((_, response) => response.writeHead(200, headers).end(body));
  return (await probeLoopback(server.origin, {}, expectation)).failure;
}

describe('what is expected', () => {
  it.each<[string, Partial<Expectation>, string, string]>([
    [
      'a code',
      { statusCodes: ['201', '300-399'] },
      'UnexpectedStatus',
      'The target answered 200; expected is 201, 300-399.',
    ],
    [
      'a header',
      { headers: [{ name: 'X-Missing' }] },
      'HeaderMismatch',
      'The response header X-Missing is missing.',
    ],
    [
      'a value',
      { headers: [{ name: 'Content-Type', matches: '^application/json' }] },
      'HeaderMismatch',
      'The response header Content-Type does not match ^application/json.',
    ],
    [
      'no such value',
      { headers: [{ name: 'Content-Type', notMatches: 'html' }] },
      'HeaderMismatch',
      'The response header Content-Type matches html.',
    ],
    [
      'a body',
      { body: { matches: ['bye'], notMatches: [] } },
      'BodyMismatch',
      'The response body does not match bye.',
    ],
    [
      'no such body',
      { body: { matches: [], notMatches: ['hel+o'] } },
      'BodyMismatch',
      'The response body matches hel+o.',
    ],
    ['JSON', { json: ['body.ok'] }, 'JSONMismatch', 'The response body is not JSON.'],
    [
      'a certificate',
      { certificateValidForMilliseconds: 1 },
      'PlainHTTP',
      'The answer came without TLS, but certificateValidFor expects a certificate.',
    ],
  ])('%s', async (...[, expectation, reason, message]) => {
    const failure = await failureOf('hello', expectation, { 'content-type': 'text/html' });
    expect(failure).toEqual({ phase: 'Assert', reason, message });
  });

  it.each([
    ['{"ok": false}', 'body.ok is false for the response body.'],
    [
      '{"ok": 1}',
      'body.ok cannot be evaluated on the response body: a key is missing, or a type does not fit.',
    ],
    ['{}', 'body.ok cannot be evaluated on the response body: a key is missing, or a type does not fit.'],
  ])('an expression over %s', async (body, message) => {
    expect(await failureOf(body, { json: ['body.ok'] })).toEqual({
      phase: 'Assert',
      reason: 'JSONMismatch',
      message,
    });
  });

  it('an answer within a time', async () => {
    const server = await serveHTTP((_, response) => setTimeout(() => response.end(), 100));
    const { failure } = await probeLoopback(server.origin, {}, { maxLatencyMilliseconds: 50 });
    expect(failure).toEqual({
      phase: 'Assert',
      reason: 'TooSlow',
      message: 'The answer took longer than maxLatency, 50 ms.',
    });
  });

  it('a pattern and JSON of the same body', async () => {
    const both = { body: { matches: ['"ok"'], notMatches: [] }, json: ['body.ok'] };
    expect(await failureOf('{"ok": true}', both)).toBeUndefined();
    expect(await failureOf('{"ok": false}', both)).toMatchObject({ reason: 'JSONMismatch' });
  });

  it('of a body that was cut short counts as failed', async () => {
    const server = await serveHTTP((_, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('half');
      setTimeout(() => response.destroy(), 20);
    });
    const expectation = { body: { matches: ['half'], notMatches: [] }, json: ['true'] };
    const { failure, detail } = await probeLoopback(server.origin, {}, expectation);
    expect({ reason: failure?.reason, ...detail }).toMatchObject({
      reason: 'ClosedMidBody',
      failedDueToRegex: true,
      failedDueToCEL: true,
    });
  });

  it('has one sentence for each part that is not valid, and then fails each probe', async () => {
    const invalid: Expectation = {
      ...DEFAULT_EXPECTATION,
      statusCodes: ['2xx', '299-200'],
      headers: [{ name: 'X', matches: ':[' }],
      body: { matches: ['(?<=a)b'], notMatches: [] },
      json: ['foo.bar'],
    };
    expect(compileExpectation(invalid).problems).toEqual([
      '2xx is no status code: write one like 200 or a range like 200-299.',
      '299-200 is no status code: write one like 200 or a range like 200-299.',
      'The pattern :[ is not a regular expression in RE2 syntax.',
      'The pattern (?<=a)b is not a regular expression in RE2 syntax.',
      'The expression foo.bar is not a CEL expression over the variable body.',
    ]);
    expect(await failureOf('', { json: ['foo.bar'] })).toMatchObject({ reason: 'InvalidExpectation' });
  });
});

describe('a pattern', () => {
  it.each(['(a*)*b', '(a|aa)+$'])('that makes backtracking engines hang is matched: %s', (source) => {
    expect(compilePattern(source).test(`${'a'.repeat(20_000)}!`)).toBe(false);
  });

  it('that costs too much is cut off', () => {
    expect(compilePattern('a.{900}b\\d').test('ab'.repeat(500_000))).toBe('TooCostly');
  });
});
