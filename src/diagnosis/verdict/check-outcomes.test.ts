import { describe, expect, it } from 'vitest';
import { defineCheck } from '../model/check.ts';
import { NOT_APPLICABLE } from '../model/evidence.ts';
import { couldNotLook, found } from '../model/lookup.ts';
import { referenceTo } from '../model/reference.ts';
import { runChecks } from './check-outcomes.ts';

const check = defineCheck({
  id: 'sample',
  title: 'A sample',
  layer: 'Service',
  needs: ['home', 'endpoints'],
  wants: ['dials'],
  reasons: {
    Sampled: { severity: 'Info', owner: 'None', message: 'In {place} with {dials} dials', explains: [] },
  },
  run: ({ home, dials }, report) => [
    report('Sampled', {
      subject: referenceTo({ kind: 'Service', name: 'web' }, home),
      slots: { place: home, dials: dials === undefined ? 'no' : dials.length },
    }),
  ],
});

const messages = (...args: Parameters<typeof runChecks>) =>
  runChecks(...args).findings.map(({ message }) => message);

describe('runChecks', () => {
  it('runs a check on the evidence that it declared', () => {
    expect(messages([check], { home: found('shop'), endpoints: found([]), dials: found([]) })).toEqual([
      'In shop with 0 dials',
    ]);
  });

  it('calls a check inconclusive when needed evidence could not be looked at', () => {
    const evidence = {
      home: found('shop'),
      endpoints: couldNotLook('Forbidden', 'may not list endpointslices'),
    };
    expect(runChecks([check], evidence)).toEqual({
      findings: [],
      notChecked: [{ check: 'sample', reason: 'Forbidden', message: 'may not list endpointslices' }],
    });
  });

  it('runs without evidence that only enriches, and says what was missing', () => {
    const evidence = {
      home: found('shop'),
      endpoints: found([]),
      dials: couldNotLook('Timeout', 'too late'),
    };
    expect(messages([check], evidence)).toEqual(['In shop with no dials']);
    expect(runChecks([check], evidence).notChecked).toEqual([
      { check: 'sample', reason: 'Timeout', message: 'too late' },
    ]);
  });

  it('goes on with all others when a check has a defect', () => {
    const defective = { ...check, id: 'defective', run: () => JSON.parse('{') as never };
    const outcomes = runChecks([defective, check], { home: found('shop'), endpoints: found([]) });
    expect(outcomes.findings).toHaveLength(1);
    expect(outcomes.notChecked).toEqual([
      { check: 'defective', reason: 'Failed', message: expect.stringContaining('has a defect') },
    ]);
  });

  it('passes over a check whose evidence this route does not have', () => {
    expect(runChecks([check], { home: found('shop'), endpoints: NOT_APPLICABLE })).toEqual({
      findings: [],
      notChecked: [],
    });
  });
});
