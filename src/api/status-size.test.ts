import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readStatus } from './defaults.ts';
import { type Finding, STATUS_SCHEMA, type StatusProbeStatus, type Transition } from './generated.ts';
import type { Schema } from './schema.ts';
import { cutText, fitStatus, MAX_STATUS_BYTES, oneLine } from './status-size.ts';

const bytesOf = (status: StatusProbeStatus) => Buffer.byteLength(JSON.stringify(status));

const finding = (id: string, more: Partial<Finding> = {}): Finding => ({
  id,
  check: 'service-target-port',
  reason: 'TargetPortNotOpen',
  severity: 'Error',
  owner: 'DevOps',
  layer: 'Service',
  subject: { kind: 'Service', name: 'shop', ref: 'Service/shop' },
  message: 'A sentence',
  ...more,
});

const transition = (reason: string): Transition => ({
  time: '2026-01-01T00:00:00Z',
  healthy: 'False',
  reason,
});

describe('oneLine', () => {
  it('makes control characters and line breaks spaces', () => {
    expect(oneLine('a\nb\r\tc\u0000d\u007fe\u0085f\u2028g\u2029h \u{1d11e}ü')).toBe(
      'a b  c d e f g h \u{1d11e}ü',
    );
  });

  it('replaces half a character', () => {
    expect(oneLine('a\ud834b')).toBe('a\ufffdb');
  });
});

describe('cutText', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'abc'],
    ['üü', 3, 'ü'],
    ['a\u{1d11e}b', 4, 'a'],
    ['a\u{1d11e}b', 5, 'a\u{1d11e}'],
    ['abc', 0, ''],
  ])('cuts %s to %i bytes', (text, bytes, cut) => {
    expect(cutText(text, bytes)).toBe(cut);
  });

  it('is the longest beginning of whole characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat({ max: 40 }), (text, bytes) => {
        const cut = cutText(text, bytes);
        const next = [...text][[...cut].length] ?? '';
        expect(text.startsWith(cut)).toBe(true);
        expect(cut.isWellFormed()).toBe(true);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(bytes);
        if (next !== '') expect(Buffer.byteLength(cut + next)).toBeGreaterThan(bytes);
      }),
    );
  });
});

describe('fitStatus', () => {
  it('leaves a status that fits as it is', () => {
    const status = {
      observedGeneration: 1,
      findings: [
        finding('a', { evidence: ['one', 'two'], observed: '80', expected: '8080', fix: 'Mend it' }),
      ],
      findingsOmitted: 2,
      history: [transition('HTTP502')],
    };
    expect(fitStatus(status)).toEqual(status);
  });

  it('reads a part that it made no second time', () => {
    const long = 'x'.repeat(2000);
    const once = fitStatus({ observedGeneration: 1, findings: [finding('a\n', { observed: long })] });
    const again = fitStatus({ ...once, target: 'a' });
    expect(once.findings?.[0]?.id).toBe('a ');
    expect(again.findings).toBe(once.findings);
    const large = Array.from({ length: 20 }, (_, index) => finding(`${index}`, { observed: long }));
    expect(bytesOf(fitStatus({ ...once, findings: large }))).toBeLessThanOrEqual(MAX_STATUS_BYTES);
  });

  it('cleans every text', () => {
    const status = {
      observedGeneration: 1,
      target: 'a\nb',
      findings: [finding('a', { evidence: ['c\td'] })],
    };
    expect(fitStatus(status)).toMatchObject({ target: 'a b', findings: [{ evidence: ['c d'] }] });
  });

  it('cuts lists to what the schema allows and counts findings', () => {
    const status = fitStatus({
      observedGeneration: 1,
      findings: Array.from({ length: 23 }, (_, index) =>
        finding(`${index}`, { evidence: ['1', '2', '3', '4'] }),
      ),
      findingsOmitted: 1,
      history: Array.from({ length: 21 }, (_, index) => transition(`${index}`)),
    });
    expect(status.findings?.map(({ id }) => Number(id))).toEqual(
      Array.from({ length: 20 }, (_, index) => index),
    );
    expect(status.findings?.[0]?.evidence).toEqual(['1', '2', '3']);
    expect(status.findingsOmitted).toBe(4);
    expect(status.history?.map(({ reason }) => Number(reason))).toEqual(
      Array.from({ length: 20 }, (_, index) => index),
    );
  });

  describe('lets go of the least first', () => {
    const long = (bytes: number) => 'x'.repeat(bytes);
    const details = { observed: long(500), expected: long(500), fix: long(500) };

    it('evidence before everything else', () => {
      const findings = ['a', 'b', 'c'].map((id) => finding(id, { ...details, evidence: [long(12_000)] }));
      const status = fitStatus({ observedGeneration: 1, findings, history: [transition('HTTP502')] });
      expect(status.findings).toEqual([
        findings[0],
        finding('b', { ...details, evidence: [long(12_000)] }),
        finding('c', details),
      ]);
      expect(status.history).toHaveLength(1);
      expect(status).not.toHaveProperty('findingsOmitted');
    });

    it('then what was observed and expected and the fix', () => {
      const message = long(9000);
      const findings = ['a', 'b', 'c'].map((id) =>
        finding(id, { ...details, message, fix: long(3000), evidence: ['line'] }),
      );
      const status = fitStatus({ observedGeneration: 1, findings });
      const bare = (id: string) => finding(id, { message });
      expect(status.findings).toEqual([
        finding('a', { ...details, message, fix: long(3000) }),
        bare('b'),
        bare('c'),
      ]);
    });

    it('then findings', () => {
      const findings = ['a', 'b', 'c'].map((id) => finding(id, { ...details, message: long(12_000) }));
      const status = fitStatus({
        observedGeneration: 1,
        findings,
        findingsOmitted: 5,
        history: [transition('HTTP502')],
      });
      expect(status.findings).toEqual([
        finding('a', { message: long(12_000) }),
        finding('b', { message: long(12_000) }),
      ]);
      expect(status.findingsOmitted).toBe(6);
      expect(status.history).toHaveLength(1);
    });

    it('then the oldest history', () => {
      const history = ['new', 'old', 'oldest'].map((reason) => transition(reason + long(12_000)));
      const status = fitStatus({ observedGeneration: 1, findings: [finding('a')], history });
      expect(status).toEqual({
        observedGeneration: 1,
        findings: [],
        findingsOmitted: 1,
        history: history.slice(0, 2),
      });
    });

    it('then the last links', () => {
      const url = `https://logs.test/${'x'.repeat(12_000)}`;
      const links = [1, 2, 3, 4].map((number) => ({ name: `Logs ${number}`, url }));
      const history = [transition('HTTP502')];
      expect(fitStatus({ observedGeneration: 1, history, links })).toEqual({
        observedGeneration: 1,
        history: [],
        links: links.slice(0, 2),
      });
    });

    it('and cuts texts where nothing else is left', () => {
      const verdict = { owner: 'DevOps', layer: 'Pod', reason: 'Crashed', summary: 'ü'.repeat(40_000) };
      expect(fitStatus({ observedGeneration: 1, verdict })).toEqual({
        observedGeneration: 1,
        verdict: { ...verdict, summary: 'ü'.repeat(512) },
      });
    });
  });

  it('makes any status fit, in a form that the schema allows, once and for all', () => {
    fc.assert(
      fc.property(arbitraryOf(STATUS_SCHEMA) as fc.Arbitrary<StatusProbeStatus>, (status) => {
        const before = JSON.stringify(status);
        const fitting = fitStatus(status);
        expect(bytesOf(fitting)).toBeLessThanOrEqual(MAX_STATUS_BYTES);
        expect(readStatus({ status: fitting })).toEqual(fitting);
        expect(fitStatus(fitting)).toEqual(fitting);
        expect(JSON.stringify(status)).toBe(before);
      }),
      { numRuns: 40 },
    );
  });

  it('makes the largest status fit', () => {
    const largest = (schema: Schema): unknown => {
      if (schema.enum !== undefined) return 'Unknown';
      if (schema.format !== undefined) return '2026-01-01T00:00:00.000Z';
      if (schema.type === 'string') return '"'.repeat(2000);
      if (schema.type === 'integer') return 2_147_483_647;
      if (schema.type === 'array') return Array.from({ length: 200 }, () => largest(schema.items as Schema));
      if (schema.type === 'boolean') return false;
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, part]) => [name, largest(part)]),
      );
    };
    const fitting = fitStatus(largest(STATUS_SCHEMA) as StatusProbeStatus);
    expect(bytesOf(fitting)).toBeLessThanOrEqual(MAX_STATUS_BYTES);
    expect(readStatus({ status: fitting })).toEqual(fitting);
  });
});

/** Any value that has the types of the schema, in lists and texts that may be far too long. */
function arbitraryOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.format !== undefined) return fc.constant('2026-01-01T00:00:00.000Z');
  switch (schema.type) {
    case 'array':
      return fc.array(arbitraryOf(schema.items as Schema), { maxLength: 30 });
    case 'integer':
      return fc.integer({ min: -1, max: 1000 });
    case 'boolean':
      return fc.boolean();
    case 'object': {
      const parts = Object.entries(schema.properties ?? {}).map(
        ([name, part]) => [name, arbitraryOf(part)] as const,
      );
      return fc.record(Object.fromEntries(parts), { requiredKeys: [...(schema.required ?? [])] });
    }
    default:
      return fc
        .tuple(fc.string({ unit: 'binary', maxLength: 20 }), fc.nat({ max: 60 }))
        .map(([text, times]) => text.repeat(times));
  }
}
