import { beforeEach, describe, expect, test } from 'vitest';
import { couldNotLook, found, type Lookup } from '../../diagnosis/model/lookup.ts';
import { createLogLooks, type LogLooks } from './log-looks.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const SINCE = new Date(START).toISOString();

let time: number;
let asked: number;
let looks: LogLooks;

beforeEach(() => {
  time = START;
  asked = 0;
  looks = createLogLooks(() => time);
});

/** Looks at so many seconds after the failure began; what comes is the number of the look. */
const lookAt = (
  seconds: number,
  { name = 'demo/shop', failingSince = SINCE } = {},
): Promise<Lookup<number>> => {
  time = START + seconds * 1000;
  return looks({ name, failingSince }, async () => {
    asked += 1;
    return found(asked);
  });
};

describe('the log of a failure', () => {
  test('is looked at when the failure is first diagnosed, after a minute, and after 6 and 10 minutes', async () => {
    const seen: number[] = [];
    for (let seconds = 0; seconds <= 3600; seconds += 5) {
      const before = asked;
      await lookAt(seconds);
      if (asked > before) seen.push(seconds);
    }
    expect(seen).toEqual([0, 60, 360, 600]);
  });

  test('gives between two looks what the last one saw', async () => {
    await lookAt(0);
    expect(await lookAt(59)).toEqual(found(1));
    expect(await lookAt(61)).toEqual(found(2));
    expect(await lookAt(359)).toEqual(found(2));
  });

  test('of a failure that is older than this process is looked at once', async () => {
    for (let seconds = 7200; seconds < 9000; seconds += 30) await lookAt(seconds);
    expect(asked).toBe(1);
  });

  test('is looked at anew when the probe fails again, and for each probe by itself', async () => {
    await lookAt(0);
    await lookAt(0, { name: 'demo/cart' });
    expect(asked).toBe(2);
    await lookAt(300, { failingSince: new Date(START + 300_000).toISOString() });
    expect(asked).toBe(3);
  });

  test('is the same failure whether its beginning or its end is told', async () => {
    await lookAt(0);
    await lookAt(30, { failingSince: new Date(START + 8_000).toISOString() });
    expect(asked).toBe(1);
  });

  test('that could not be read is looked at by the next diagnosis', async () => {
    const denied = couldNotLook('Forbidden', 'no');
    expect(await looks({ name: 'demo/shop', failingSince: SINCE }, async () => denied)).toEqual(denied);
    expect(await lookAt(5)).toEqual(found(1));
  });

  test('is forgotten an hour after it was last asked for', async () => {
    await lookAt(0);
    await lookAt(4000, { name: 'demo/cart' });
    await lookAt(30);
    expect(asked).toBe(3);
  });
});
