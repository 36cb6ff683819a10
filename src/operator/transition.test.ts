import { describe, expect, it } from 'vitest';
import type { StatusProbeStatus } from '../api/generated.ts';
import { transitionBetween, transitionsBetween } from './transition.ts';

type State = 'True' | 'False' | 'Unknown';

interface Told {
  readonly healthy: State;
  readonly ready?: string;
  readonly diagnosed?: State;
  readonly reason?: string;
  readonly owner?: string;
  readonly since?: string;
  readonly lastFailureEnd?: string;
}

function status(told: Told): StatusProbeStatus {
  const { healthy, ready = 'Probing', diagnosed = 'True', reason = 'Healthy', owner = 'None' } = told;
  const condition = (type: string, value: State, why: string) => ({
    type,
    status: value,
    reason: why,
    message: '',
    observedGeneration: 1,
    lastTransitionTime: '2030-01-01T00:00:00Z',
  });
  return {
    observedGeneration: 1,
    conditions: [
      condition('Ready', ready === 'Probing' ? 'True' : 'False', ready),
      condition('Healthy', healthy, 'X'),
      condition('Diagnosed', diagnosed, 'X'),
    ],
    verdict: { owner, layer: 'None', reason, summary: `because ${reason}` },
    ...(told.since === undefined ? {} : { failingSince: told.since }),
    ...(told.lastFailureEnd === undefined
      ? {}
      : { lastFailure: { startTime: '1', endTime: told.lastFailureEnd, owner, reason } }),
    history: healthy === 'Unknown' ? [{ time: 't', healthy: 'False', owner: 'DevOps', reason: 'A' }] : [],
  };
}

const NEW: StatusProbeStatus = { observedGeneration: -1 };
const healthy = status({ healthy: 'True' });
const failing = status({ healthy: 'False', reason: 'A', owner: 'DevOps', since: '1' });
const blind = status({ healthy: 'Unknown', reason: 'ProberFailed', owner: 'Unknown', since: '1' });
const refused = status({ healthy: 'Unknown', ready: 'TargetRefused', reason: 'TargetRefused' });

describe('people are told once', () => {
  it.each<[string, StatusProbeStatus, StatusProbeStatus, string]>([
    ['a failure', healthy, failing, 'ProbeFailed'],
    ['a failure of the first probe', NEW, failing, 'ProbeFailed'],
    [
      'a failure when its cause is found',
      status({ healthy: 'False', diagnosed: 'Unknown', since: '1' }),
      failing,
      'ProbeFailed',
    ],
    [
      'a new failure of a probe that had recovered unseen',
      failing,
      status({ healthy: 'False', reason: 'A', owner: 'DevOps', since: '2' }),
      'ProbeFailed',
    ],
    [
      'another cause',
      failing,
      status({ healthy: 'False', reason: 'B', owner: 'DevOps', since: '1' }),
      'CauseChanged',
    ],
    [
      'another owner',
      failing,
      status({ healthy: 'False', reason: 'A', owner: 'Developer', since: '1' }),
      'CauseChanged',
    ],
    [
      'another cause after the replica was cut off',
      blind,
      status({ healthy: 'False', reason: 'B', owner: 'DevOps', since: '1' }),
      'CauseChanged',
    ],
    ['a recovery', failing, status({ healthy: 'True', lastFailureEnd: '9' }), 'ProbeRecovered'],
    ['a refusal', failing, refused, 'TargetRefused'],
  ])('of %s', (_, before, after, reason) => {
    expect(transitionBetween(before, after)).toEqual({
      type: reason === 'ProbeRecovered' ? 'Normal' : 'Warning',
      reason,
      message: `${after.verdict?.owner}: ${after.verdict?.summary}`,
      cause: expect.any(String),
    });
  });

  it('with one cause for all that accuse one culprit of the same', () => {
    const causeOf = (summary: string, ref?: string) => {
      const culprit = ref === undefined ? {} : { culprit: { kind: 'Deployment', name: 'web', ref } };
      const verdict = { owner: 'DevOps', layer: 'Pod', reason: 'A', summary, ...culprit };
      return transitionBetween(healthy, { ...failing, verdict })?.cause;
    };
    expect(causeOf('GET /a fails', 'Deployment/web')).toBe(causeOf('GET /b fails', 'Deployment/web'));
    expect(causeOf('GET /a fails', 'Deployment/web')).not.toBe(causeOf('GET /a fails', 'Deployment/db'));
    expect(causeOf('GET /a fails')).not.toBe(causeOf('GET /b fails'));
  });
});

describe('nobody is told', () => {
  it.each<[string, StatusProbeStatus, StatusProbeStatus]>([
    ['of a healthy first probe', NEW, healthy],
    ['while all is well', healthy, healthy],
    ['while a failure lasts', failing, failing],
    [
      'while the cause is still looked for',
      healthy,
      status({ healthy: 'False', diagnosed: 'Unknown', since: '1' }),
    ],
    ['of the same failure after the replica was cut off', blind, failing],
    ['of being cut off', failing, blind],
    ['while a target is refused', refused, refused],
    [
      'of a recovery that was told',
      status({ healthy: 'True', lastFailureEnd: '9' }),
      status({ healthy: 'True', lastFailureEnd: '9' }),
    ],
    ['of a suspension', failing, status({ healthy: 'Unknown', reason: 'Suspended' })],
  ])('%s', (_, before, after) => expect(transitionBetween(before, after)).toBeUndefined());
});

describe('between two statuses that were written', () => {
  const recovered = status({ healthy: 'True', lastFailureEnd: '9', owner: 'DevOps', reason: 'A' });
  const again = { ...recovered, ...failing, failingSince: '10' };
  const unknown = status({ healthy: 'False', diagnosed: 'Unknown', since: '1' });

  it.each<[string, StatusProbeStatus, StatusProbeStatus, readonly string[]]>([
    ['a failure', healthy, failing, ['ProbeFailed']],
    ['a recovery', failing, recovered, ['ProbeRecovered']],
    ['a recovery after the replica was cut off', blind, recovered, ['ProbeRecovered']],
    ['a failure that began and ended', healthy, recovered, ['ProbeFailed', 'ProbeRecovered']],
    [
      'the end of a failure whose cause was still looked for',
      unknown,
      recovered,
      ['ProbeFailed', 'ProbeRecovered'],
    ],
    ['a recovery and the next failure', failing, again, ['ProbeRecovered', 'ProbeFailed']],
    ['a failure, its end and the next one', healthy, again, ['ProbeFailed', 'ProbeRecovered', 'ProbeFailed']],
    ['nothing', failing, failing, []],
  ])('%s is told', (_, before, after, reasons) => {
    expect(transitionsBetween(before, after).map(({ reason }) => reason)).toEqual(reasons);
  });
});
