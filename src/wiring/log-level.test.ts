import { type Level, pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { switchLevelBySignal } from './log-level.ts';

afterEach(() => {
  process.removeAllListeners('SIGUSR2');
});

test.each<[Level, string]>([
  ['info', 'debug'],
  ['error', 'debug'],
  ['debug', 'trace'],
])('at %s, SIGUSR2 turns to %s and back', (usual, detailed) => {
  const lines: string[] = [];
  const log = pino({ level: usual }, { write: (line: string) => void lines.push(line) });
  switchLevelBySignal(log);
  process.emit('SIGUSR2');
  log[detailed as Level]('seen');
  expect(log.level).toBe(detailed);
  process.emit('SIGUSR2');
  log[detailed as Level]('not seen');
  expect(log.level).toBe(usual);
  expect(lines.filter((line) => line.includes('seen'))).toEqual([expect.stringContaining('"seen"')]);
});
