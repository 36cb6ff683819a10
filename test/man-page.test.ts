import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MAN_PAGE, manPage } from '../hack/generate-man-page.ts';
import { COMMANDS } from '../src/wiring/commands.ts';

const REQUESTS = ['.\\"', '.TH', '.SH', '.SS', '.TP', '.B', '.I', '.PP', '.RS', '.RE', '.nf', '.fi', '.br'];
const page = manPage();

describe('docs/statusprobe.1', () => {
  it('is what the commands say (else run: npm run generate)', () => {
    expect(readFileSync(MAN_PAGE, 'utf8')).toBe(page);
  });

  it('has every command with its flags and examples', () => {
    const plain = page.replaceAll(/\\&|\\(?=-)/g, '').replaceAll('\\e', '\\');
    const told = Object.entries(COMMANDS).flatMap(([name, { options, examples }]) => [
      `.SS statusprobe ${name}`,
      ...options().map(({ flags }) => `.B ${flags}\n`),
      ...examples.map(([line]) => `.nf\n${line}\n.fi`),
    ]);
    expect(told.filter((text) => !plain.includes(text))).toEqual([]);
  });

  it('has no text that roff would take for a request or an escape', () => {
    const lines = page.split('\n');
    const requests = lines.filter((line) => /^[.']/.test(line)).map((line) => line.split(' ')[0]);
    expect(requests.filter((request) => !REQUESTS.includes(request ?? ''))).toEqual([]);
    expect(lines.filter((line) => /\\[^-e&"]/.test(line))).toEqual([]);
  });
});
