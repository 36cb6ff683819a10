import { describe, expect, it } from 'vitest';
import { checksText, describeChecks } from './checks.ts';
import { explain, explainText } from './explain.ts';

const sides = (code: string) => explain(code).map(({ row, side, owner }) => [row, side, owner]);

describe('statusprobe explain', () => {
  it.each([
    [
      '502',
      [
        ['502', 'DevOps', 'DevOps'],
        ['502', 'Developer', 'Both'],
      ],
    ],
    ['301', [['3xx', 'DevOps', 'DevOps']]],
    ['418', [['4xx', 'Developer', 'Developer']]],
    ['507', [['5xx', 'DevOps', 'DevOps']]],
    ['200', [['200', 'Developer', 'None']]],
    ['207', []],
    ['5XX', [['5xx', 'DevOps', 'DevOps']]],
    [
      'timeout',
      [
        ['Timeout', 'DevOps', 'DevOps'],
        ['Timeout', 'Developer', 'Developer'],
      ],
    ],
  ])('knows who looks first at %s', (code, expected) => {
    expect(sides(code)).toEqual(expected);
  });

  it.each(['99', '600', 'abc', '5O2', ''])('refuses %j with one sentence that says what to give', (code) => {
    expect(() => explain(code)).toThrow(/is not a status code: give one from 100 to 599, or one of 1xx, 3xx/);
  });

  it('prints both sides with causes, fixes and checks', () => {
    const text = explainText('502', explain('502'));
    expect(text).toContain('502 Bad Gateway');
    expect(text).toContain('service-target-port: The Service sends to a port that its Pods open');
    expect(text).toMatch(
      /Networking and infrastructure[\s\S]*Who looks first {3}DevOps[\s\S]*Application[\s\S]*Both/,
    );
  });

  it('says that success needs no explanation', () => {
    expect(explainText('207', explain('207'))).toBe(
      '207: success; the matrix has no row for it, and nothing would be checked\n',
    );
  });
});

describe('statusprobe checks', () => {
  it('lists every check with its reasons and owners', () => {
    const text = checksText(describeChecks());
    for (const { id, reasons } of describeChecks()) {
      expect(text).toContain(`${id}: `);
      for (const { reason, owner, severity } of reasons)
        expect(text).toContain(`${reason} (${severity}, ${owner}):`);
    }
  });
});
