import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mutatedSpecs } from '../../test/support/mutated-specs.ts';
import {
  invalidManifests,
  sampleManifests,
  validManifests,
} from '../../test/support/status-probe-fixtures.ts';
import { readStatus, resolveManifest, resolveSpec } from './defaults.ts';

const URL_TARGET = { url: 'https://shop.example.com/health' };
const withSpec = (spec: unknown) => ({ spec });

describe('resolveManifest', () => {
  it.each([...validManifests(), ...sampleManifests()])('accepts $manifest.metadata.name', ({ manifest }) => {
    expect(resolveManifest(manifest)).toMatchObject({ ok: true });
  });

  it.each(invalidManifests())('refuses $manifest.metadata.name in one sentence', ({ manifest, offline }) => {
    expect(resolveManifest(manifest)).toEqual({ ok: false, message: offline });
  });
});

describe('resolveSpec', () => {
  it('fills in the defaults of the CRD', () => {
    expect(resolveSpec(withSpec({ target: URL_TARGET }))).toEqual({
      ok: true,
      spec: {
        target: URL_TARGET,
        request: { method: 'GET', maxRedirects: 10, httpVersion: 'Auto' },
        expect: { statusCodes: ['200-299'] },
        interval: '30s',
        timeout: '5s',
        failureThreshold: 1,
        successThreshold: 1,
        suspend: false,
        serviceAccountName: 'default',
        diagnose: {
          enabled: true,
          podLogs: { enabled: false, tailLines: 10 },
          hops: { mode: 'SafeMethods' },
        },
        historyLimit: 10,
      },
    });
  });

  it('fills in defaults inside lists and optional objects', () => {
    const stored = withSpec({
      target: URL_TARGET,
      request: { tls: {} },
      expect: { headers: [{ name: 'X-Cache' }] },
    });
    expect(resolveSpec(stored)).toMatchObject({
      spec: {
        request: { tls: { insecureSkipVerify: false } },
        expect: { headers: [{ name: 'X-Cache', allowMissing: false }] },
      },
    });
  });

  it('leaves out the fields of a later schema', () => {
    const later = withSpec({ target: { ...URL_TARGET, weight: 1 }, windows: ['night'] });
    expect(resolveSpec(later)).toEqual(resolveSpec(withSpec({ target: URL_TARGET })));
  });

  it.each([
    ['no object', undefined, 'spec must be an object.'],
    ['null', null, 'spec must be an object.'],
    ['a text', 'StatusProbe', 'spec must be an object.'],
    ['no spec', {}, 'spec must be an object.'],
    ['a list as spec', withSpec([]), 'spec must be an object.'],
    ['no target', withSpec({}), 'spec.target must be given.'],
    [
      'a word of a later schema',
      withSpec({ target: URL_TARGET, diagnose: { hops: { mode: 'Always' } } }),
      'spec.diagnose.hops.mode must be one of Disabled, SafeMethods, AnyMethod.',
    ],
    [
      'a field that had another type',
      withSpec({ target: URL_TARGET, interval: { seconds: 30 } }),
      'spec.interval must be a string, in quotes where it looks like a number.',
    ],
    [
      'a URL that only a URL parser refuses',
      withSpec({ target: { url: 'https://256.256.256.256/' } }),
      'spec.target.url must be an absolute http or https URL without white space or backslash, such as https://shop.example.com/health.',
    ],
  ])('says in one sentence what is wrong with %s', (_, stored, message) => {
    expect(resolveSpec(stored)).toEqual({ ok: false, message });
  });

  it('judges any JSON without throwing, in one line that shows no value', () => {
    const canary = 'CANARY';
    const text = fc.string().map((random) => canary + random);
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        tie('list'),
        tie('object'),
      ),
      list: fc.array(tie('value'), { maxLength: 4 }),
      object: fc.dictionary(fc.constantFrom(...FIELDS), tie('value'), { maxKeys: 6 }),
    })).value;
    fc.assert(
      fc.property(json, (value) => {
        const resolution = resolveSpec(withSpec(value));
        expect(resolution).toEqual({
          ok: false,
          message: expect.stringMatching(/^spec(?!.*CANARY).* must .*\.$/),
        });
      }),
      { numRuns: 1000 },
    );
  });

  it('accepts what it resolved, and says in one line what else is wrong', () => {
    fc.assert(
      fc.property(mutatedSpecs, (spec) => {
        const resolution = resolveSpec(withSpec(spec));
        if (resolution.ok) expect(resolveSpec(resolution)).toEqual(resolution);
        else expect(resolution.message).toMatch(/^spec.* must .*\.$/);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Names that stand somewhere in the spec, and some that stand nowhere. */
const FIELDS = [
  ...new Set(validManifests().flatMap(({ manifest }) => namesIn(manifest.spec))),
  'constructor',
  '__proto__',
  'unknown',
];

function namesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const parts = Object.entries(value);
  return parts.flatMap(([name, part]) => [...(Array.isArray(value) ? [] : [name]), ...namesIn(part)]);
}

describe('readStatus', () => {
  const status = {
    observedGeneration: 3,
    verdict: { owner: 'Robots', layer: 'Service', reason: 'TargetPortNotOpen', summary: 'A sentence' },
    consecutiveFailures: 2,
  };

  it('reads words that it does not know, and leaves out later fields', () => {
    expect(readStatus({ status: { ...status, mood: 'good' } })).toEqual(status);
  });

  it.each([[undefined], [{}], [{ status: null }], [{ status: { ...status, verdict: 'DevOps' } }]])(
    'takes %j for a status before the first visit',
    (stored) => {
      expect(readStatus(stored)).toEqual({ observedGeneration: -1 });
    },
  );
});
