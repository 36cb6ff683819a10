import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { stringify } from 'yaml';
import { linksOf } from './failure-links.ts';
import { type LinkTemplate, PLACEHOLDERS, parseLinks } from './link-templates.ts';

const parsed = (...urls: readonly string[]) =>
  parseLinks(stringify({ links: urls.map((url, index) => ({ name: `Link ${index}`, url })) }));

const EVERYTHING = `https://logs.test/search?${Object.keys(PLACEHOLDERS)
  .map((name) => `${name}={${name}}`)
  .join('&')}`;

const FAILURE = {
  failingSince: '2030-01-01T12:00:00.250Z',
  failureTraceID: '70da3f40bd862e3fe1be46a994272793',
  verdict: {
    owner: 'DevOps',
    layer: 'Service',
    reason: 'TargetPortNotOpen',
    summary: 'wrong port',
    culprit: { kind: 'Service', name: 'web', ref: 'Service/web' },
  },
  path: [
    { hop: 'Ingress', ref: 'Ingress/shop', result: 'OK' },
    { hop: 'Endpoint', ref: 'Pod/web-f4bfc568c-xx4vf', result: 'Failed' },
    { hop: 'Endpoint', ref: 'Pod/web-f4bfc568c-zz5wg', result: 'OK' },
  ],
};

const links = (templates: readonly LinkTemplate[], failure: Parameters<typeof linksOf>[0] = FAILURE) =>
  linksOf(failure, { templates, namespace: 'shop', name: 'cart' });

const parametersOf = (failure: Parameters<typeof linksOf>[0], ...names: readonly string[]) => {
  const query = names.map((name) => `${name}={${name}}`).join('&');
  const [link] = links(parsed(`https://logs.test/?${query}`), failure);
  return link && Object.fromEntries(new URL(link.url).searchParams);
};

test('every placeholder is filled in, encoded, and counted from when the failure began', () => {
  const [link, ...others] = links(parsed(EVERYTHING));
  expect(others).toEqual([]);
  expect(link?.url).toContain('fromISO=2030-01-01T11%3A45%3A00.250Z&');
  expect(Object.fromEntries(new URL(link?.url ?? '').searchParams)).toEqual({
    namespace: 'shop',
    statusProbe: 'cart',
    pod: 'web-f4bfc568c-xx4vf',
    workload: 'web',
    fromSeconds: '1893498300',
    fromMilliseconds: '1893498300250',
    fromISO: '2030-01-01T11:45:00.250Z',
    toSeconds: '1893501900',
    toMilliseconds: '1893501900250',
    toISO: '2030-01-01T12:45:00.250Z',
    traceID: '70da3f40bd862e3fe1be46a994272793',
    xrayTraceID: '1-70da3f40-bd862e3fe1be46a994272793',
  });
});

test('the examples of docs/links.md are templates that make URLs', () => {
  const docs = readFileSync(new URL('../../../docs/links.md', import.meta.url), 'utf8');
  const [, example = ''] = /```yaml\n(links:[\s\S]*?)```/.exec(docs) ?? [];
  const templates = parseLinks(example);
  expect(templates.length).toBeGreaterThan(7);
  const made = links(templates);
  expect(made.map(({ name }) => name)).toEqual(templates.map(({ name }) => name));
  expect(made.filter(({ url }) => !URL.canParse(url) || /[{}\s]/.test(url))).toEqual([]);
  const [loki] = made.map(({ url }) => JSON.parse(new URL(url).searchParams.get('panes') ?? 'null'));
  expect(loki.a.queries[0].expr).toBe('{namespace="shop",pod=~"web-.*"}');
  for (const name of Object.keys(PLACEHOLDERS)) expect(docs).toContain(`\`{${name}}\``);
});

test('there is none while nothing fails', () => {
  const { failingSince: _, ...healthy } = FAILURE;
  expect(links(parsed(EVERYTHING), healthy)).toEqual([]);
});

test('a link that takes what is not known is left out, and the others stay', () => {
  const { failureTraceID: _, ...withoutTrace } = FAILURE;
  const templates = parsed('https://a.test/{traceID}', 'https://b.test/{namespace}');
  expect(links(templates, withoutTrace)).toEqual([{ name: 'Link 1', url: 'https://b.test/shop' }]);
});

test('a link that became too long is left out', () => {
  expect(links([{ name: 'Long', url: `https://a.test/${'{pod}'.repeat(120)}` }])).toEqual([]);
});

test('nothing can break out of its place', () => {
  const ref = 'Pod/../x?y=1#z&w="';
  const failure = { ...FAILURE, path: [{ hop: 'Endpoint', ref, result: 'Failed' }] };
  const [link] = links(parsed('https://a.test/{pod}/logs?namespace={namespace}'), failure);
  expect(link?.url).toBe('https://a.test/x%3Fy%3D1%23z%26w%3D%22/logs?namespace=..');
});

describe('the place is', () => {
  const culprit = (kind: string, name: string, namespace?: string) => {
    const ref = [kind, ...(namespace === undefined ? [] : [namespace]), name].join('/');
    return { ...FAILURE, verdict: { ...FAILURE.verdict, culprit: { kind, name, ref } } };
  };

  it('the culprit where it is a workload, with an endpoint of its', () => {
    expect(parametersOf(culprit('StatefulSet', 'db'), 'namespace', 'workload', 'pod')).toEqual({
      namespace: 'shop',
      workload: 'db',
      pod: 'web-f4bfc568c-xx4vf',
    });
  });

  it('the namespace of the culprit', () => {
    expect(parametersOf(culprit('Deployment', 'web', 'backend'), 'namespace', 'workload')).toEqual({
      namespace: 'backend',
      workload: 'web',
    });
  });

  it.each([
    ['web-v2-7d9c6b8f5d-xk2pq', 'web-v2'],
    ['db-0', 'db'],
    ['agent-xk2pq', 'agent'],
    ['bare', 'bare'],
  ])("the workload of Pod %s is %s, by Kubernetes' own names", (pod, workload) => {
    expect(parametersOf(culprit('Pod', pod), 'pod', 'workload')).toEqual({ pod, workload });
  });

  it('nobody, where no Pod is known', () => {
    const { path: _, ...withoutPath } = FAILURE;
    expect(parametersOf(withoutPath, 'pod')).toBeUndefined();
    expect(parametersOf(withoutPath, 'namespace')).toEqual({ namespace: 'shop' });
  });
});

describe('templates are refused with one sentence', () => {
  const sentence = (url: unknown) => {
    try {
      parseLinks(stringify({ links: [{ name: 'Logs', url }] }));
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };
  const ORIGIN =
    'links.links[0].url must begin with http:// or https:// and a host, without user info and without a placeholder in them.';

  it.each([
    ['javascript:alert(1)'],
    ['//logs.test/'],
    ['https://user:password@logs.test/'],
    ['https://{namespace}.logs.test/'],
    ['https://logs.test{namespace}/'],
    ['ftp://logs.test/'],
  ])('%s', (url) => expect(sentence(url)).toBe(ORIGIN));

  it.each([
    ['https://logs.test/{password}', '{password}'],
    ['https://logs.test/{toString}', '{toString}'],
    ['https://logs.test/{namespace', '{'],
    ['https://logs.test/{"query":{namespace}}', '{'],
  ])('%s has no such placeholder', (url, what) => {
    expect(sentence(url)).toBe(
      `links.links[0].url has ${what}, which is no placeholder: write one of {namespace}, {statusProbe}, {pod}, {workload}, {fromSeconds}, {fromMilliseconds}, {fromISO}, {toSeconds}, {toMilliseconds}, {toISO}, {traceID}, {xrayTraceID}, and any other brace as %7B or %7D.`,
    );
  });

  it('white space', () =>
    expect(sentence('https://logs.test/a b')).toBe(
      'links.links[0].url must hold no white space, backslash or control character.',
    ));

  it('what is no template at all', () => {
    expect(sentence(1)).toBe('links.links[0].url must be a string, in quotes where it looks like a number.');
    expect(() => parseLinks('link: []')).toThrow('links.links must be given.');
    expect(() => parseLinks('links: []\nother: 1')).toThrow('links.other is not a field of links.');
  });
});
