import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../hack/crd.ts';
import { runbooks } from '../hack/generate-runbooks.ts';
import { ANY_REASON, CONDITIONS } from '../src/api/conditions.ts';

const pages = runbooks();
const missing = (reasons: readonly string[]) =>
  reasons.filter((reason) => pages[`${reason}.md`] === undefined);

it('every reason of a condition that is not as it should be has a page', () => {
  const { Ready, Healthy } = CONDITIONS;
  const reasons = [...Object.keys(Ready.statuses.False), ...Object.keys(Healthy.statuses.Unknown)];
  expect(missing(reasons)).toEqual([]);
  expect(Object.keys(Healthy.statuses.False)).toEqual([ANY_REASON]);
});

it.each(['deploy/alerts/rules.yaml', 'deploy/kube-state-metrics/rules.yaml'])(
  'every reason that an alert of %s names has a page',
  (file) => {
    const { groups } = parse(readFileSync(new URL(file, ROOT), 'utf8')) as {
      groups: readonly { rules: readonly { alert: string; expr: string; labels: { reason?: string } }[] }[];
    };
    const rules = groups.flatMap((group) => group.rules);
    expect(missing(rules.flatMap(({ labels: { reason } }) => reason ?? []))).toEqual([]);
    // Without a reason of its own, an alert takes it from the series.
    const taken = rules.filter(({ labels }) => labels.reason === undefined);
    expect(taken.filter(({ expr }) => !/by \([^)]*\breason\b/.test(expr))).toEqual([]);
  },
);

it('every link leads to a page', () => {
  const broken = Object.entries(pages).flatMap(([name, text]) =>
    [...text.matchAll(/\]\((\w+\.md)\)/g)].flatMap(([, target = '']) =>
      pages[target] === undefined ? [`${name}: ${target}`] : [],
    ),
  );
  expect(broken).toEqual([]);
});
