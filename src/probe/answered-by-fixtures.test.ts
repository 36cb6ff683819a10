import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CapturedProxy } from '../../test/fixtures/answers/capture.ts';
import { answeredBy } from './answered-by.ts';

const captured = ['nginx', 'haproxy', 'envoy', 'traefik'].map((name): CapturedProxy => {
  const url = new URL(`../../test/fixtures/answers/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8'));
});

/** Answers of a proxy that others give in the very same words: nobody is named. */
const SAID_BY_OTHERS_TOO: Readonly<Record<string, readonly string[]>> = {
  HAProxy: ['redirect'],
  Traefik: ['garbage', 'no-route', 'forbidden', 'redirect'],
};

describe.each(captured)('the real $product $version', ({ product, answers }) => {
  const made = answers.filter(({ madeBy }) => madeBy === 'proxy');
  const isAmbiguous = (name: string) => SAID_BY_OTHERS_TOO[product]?.includes(name) === true;

  it.each(made.filter(({ name }) => !isAmbiguous(name)))('is known by its own $code ($name)', (answer) => {
    const answerer = answeredBy(answer.code, answer.headers, answer.body);
    expect(answerer).toMatchObject({ product, layer: 'Ingress' });
    expect(answerer?.confidence).not.toBe('Low');
  });

  it('is not named where others say the same', () => {
    const named = made
      .filter(({ name }) => isAmbiguous(name))
      .map(({ name, code, headers, body }) => [name, answeredBy(code, headers, body)?.product ?? 'Unknown']);
    const expected = SAID_BY_OTHERS_TOO[product] ?? [];
    expect(named).toEqual(expected.map((name) => [name, 'Unknown']));
  });

  it.each(answers.filter(({ madeBy }) => madeBy === 'application'))(
    'is not taken for the application behind it ($name)',
    ({ code, headers, body }) => {
      expect(answeredBy(code, headers, body)?.layer ?? 'Application').toBe('Application');
    },
  );
});
