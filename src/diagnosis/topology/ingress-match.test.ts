import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HTTPIngressPath, Ingress } from '../model/kubernetes.ts';
import { candidatesFor, hostRank, hostsOf, indexedHostsFor, ingressHostRank } from './ingress-hosts.ts';
import { matchIngress } from './ingress-match.ts';
import { takesPath } from './ingress-paths.ts';

const backend = (name: string) => ({ service: { name, port: { number: 80 } } });

interface Written {
  readonly name: string;
  readonly namespace?: string;
  readonly created?: string;
  readonly className?: string;
  readonly annotations?: Record<string, string>;
  readonly defaultBackend?: string;
  /** `host path pathType service`; `*` for any host. */
  readonly rules?: readonly string[];
}

function ingress({
  name,
  namespace = 'shop',
  created = '2026-01-01',
  className,
  rules = [],
  ...rest
}: Written): Ingress {
  const written = rules.map((rule) => {
    const [host = '', path = '/', pathType = 'Prefix', service = name] = rule.split(' ');
    return {
      ...(host === '*' ? {} : { host }),
      http: { paths: [{ path, pathType, backend: backend(service) }] },
    };
  });
  return {
    metadata: { name, namespace, creationTimestamp: created, annotations: rest.annotations ?? {} },
    spec: {
      rules: written,
      ...(className === undefined ? {} : { ingressClassName: className }),
      ...(rest.defaultBackend === undefined ? {} : { defaultBackend: backend(rest.defaultBackend) }),
    },
  };
}

const match = (ingresses: readonly Ingress[], host: string, path: string) => {
  const { match: found, rivals } = matchIngress(ingresses, { host, path }, 'shop');
  const inWords = found && `${found.ingress.metadata.name} ${found.field} ${found.backend.service?.name}`;
  return { match: inWords, rivals: rivals.map((rival) => rival.ingress.metadata.name) };
};

describe('hosts', () => {
  test.each([
    ['shop.example.com', 'shop.example.com', 2],
    ['Shop.Example.com', 'shop.example.com', 2],
    ['*.example.com', 'shop.example.com', 1],
    ['*.example.com', 'a.shop.example.com', undefined],
    ['*.example.com', 'example.com', undefined],
    ['*.example.com', '.example.com', undefined],
    [undefined, 'shop.example.com', 0],
    ['', 'shop.example.com', 0],
    ['example.com', 'shop.example.com', undefined],
  ])('%s for %s: %s', (rule, host, rank) => expect(hostRank(rule, host)).toBe(rank));

  test('an Ingress with nothing but a defaultBackend takes any host', () => {
    expect(ingressHostRank(ingress({ name: 'a', defaultBackend: 'x' }), 'shop.example.com')).toBe(0);
    expect(ingressHostRank(ingress({ name: 'a' }), 'shop.example.com')).toBeUndefined();
  });

  test('the index finds every Ingress that has a rule for a host', () => {
    const label = fc.constantFrom('a', 'b', 'c');
    const host = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'));
    const ruleHost = fc.oneof(
      host,
      host.map((text) => `*.${text}`),
      fc.constant('*'),
    );
    fc.assert(
      fc.property(ruleHost, host, fc.boolean(), (rule, asked, hasDefault) => {
        const object = ingress({ name: 'a', rules: [rule], ...(hasDefault ? { defaultBackend: 'x' } : {}) });
        const isIndexed = hostsOf(object).some((each) => indexedHostsFor(asked).includes(each));
        if (ingressHostRank(object, asked) !== undefined) expect(isIndexed).toBe(true);
      }),
    );
  });

  test('candidates: exact hosts first, then the oldest', () => {
    const all = [
      ingress({ name: 'any', rules: ['*'] }),
      ingress({ name: 'young', rules: ['shop.example.com'], created: '2026-02-01' }),
      ingress({ name: 'other', rules: ['cart.example.com'] }),
      ingress({ name: 'wildcard', rules: ['*.example.com'] }),
      ingress({ name: 'old', rules: ['shop.example.com'] }),
    ];
    expect(candidatesFor(all, 'shop.example.com').map(({ metadata }) => metadata.name)).toEqual([
      'old',
      'young',
      'wildcard',
      'any',
    ]);
  });
});

describe('paths', () => {
  const takes = (
    pathType: string | undefined,
    path: string | undefined,
    requested: string,
    annotations = {},
  ) => {
    const written = {
      backend: backend('x'),
      ...(path === undefined ? {} : { path }),
      ...(pathType === undefined ? {} : { pathType }),
    };
    return takesPath(ingress({ name: 'a', annotations }), written as HTTPIngressPath, requested);
  };

  test.each([
    ['Prefix', '/', '/any/path', true],
    ['Exact', '/foo', '/foo', true],
    ['Exact', '/foo', '/bar', false],
    ['Exact', '/foo', '/foo/', false],
    ['Exact', '/foo/', '/foo', false],
    ['Prefix', '/foo', '/foo/', true],
    ['Prefix', '/foo/', '/foo', true],
    ['Prefix', '/aaa/bb', '/aaa/bbb', false],
    ['Prefix', '/aaa/bbb', '/aaa/bbb/ccc', true],
    ['Prefix', '/aaa/bbb/', '/aaa/bbb', true],
    ['Prefix', '/aaa/bbb', '/aaa/bbbxyz', false],
    ['Prefix', '/foo', '/Foo', false],
    ['Prefix', undefined, '/foo', true],
    [undefined, '/foo', '/foo/bar', true],
    ['ImplementationSpecific', '/foo', '/foo/bar', true],
    ['ImplementationSpecific', '/foo', '/foobar', false],
    ['ImplementationSpecific', '/*', '/foo/bar', true],
    ['ImplementationSpecific', '/api/*', '/api', false],
    ['ImplementationSpecific', '/a.c/*', '/abc/x', false],
  ])('%s %s for %s: %s', (pathType, path, requested, taken) => {
    expect(takes(pathType, path, requested)).toBe(taken);
  });

  const regex = { 'nginx.ingress.kubernetes.io/use-regex': 'true' };
  test.each<[Record<string, string>, string, string, string, boolean]>([
    [regex, 'ImplementationSpecific', '/api(/|$)(.*)', '/api/v1', true],
    [regex, 'Prefix', '/api(/|$)(.*)', '/apis', false],
    [regex, 'ImplementationSpecific', '/API', '/api', true],
    [regex, 'Exact', '/api', '/api/v1', false],
    [regex, 'ImplementationSpecific', '/(', '/(', false],
    [{ 'nginx.ingress.kubernetes.io/rewrite-target': '/$2' }, 'Prefix', '/api(/|$)(.*)', '/api/v1', true],
    [{ 'nginx.ingress.kubernetes.io/use-regex': 'false' }, 'Prefix', '/a.c', '/abc', false],
  ])('%j %s %s for %s: %s', (annotations, pathType, path, ...[requested, taken]) => {
    expect(takes(pathType, path, requested, annotations)).toBe(taken);
  });

  test('whatever a prefix takes, it takes with one element more', () => {
    const path = fc
      .array(fc.constantFrom('a', 'b', 'ab'), { maxLength: 4 })
      .map((parts) => `/${parts.join('/')}`);
    fc.assert(
      fc.property(path, path, fc.constantFrom('a', 'c'), (rule, requested, more) => {
        if (takes('Prefix', rule, requested))
          expect(takes('Prefix', rule, `${requested}/${more}`)).toBe(true);
        expect(takes('Prefix', rule, rule)).toBe(true);
      }),
    );
  });
});

describe('which rule takes the request', () => {
  const HOST = 'shop.example.com';

  test.each<[string, readonly Written[], string, string | undefined]>([
    [
      'the longest path',
      [{ name: 'a', rules: [`${HOST} / Prefix root`, `${HOST} /cart Prefix cart`] }],
      '/cart/7',
      'a spec.rules[1].http.paths[0] cart',
    ],
    [
      'Exact before Prefix',
      [{ name: 'a', rules: [`${HOST} /cart Prefix p`, `${HOST} /cart Exact e`] }],
      '/cart',
      'a spec.rules[1].http.paths[0] e',
    ],
    [
      'an exact host before a wildcard with a longer path',
      [
        { name: 'w', rules: ['*.example.com /cart/7'] },
        { name: 'e', rules: [`${HOST} /`] },
      ],
      '/cart/7',
      'e spec.rules[0].http.paths[0] e',
    ],
    [
      'a wildcard before a rule for any host',
      [
        { name: 'any', rules: ['* /cart'] },
        { name: 'w', rules: ['*.example.com /'] },
      ],
      '/cart',
      'w spec.rules[0].http.paths[0] w',
    ],
    [
      'the defaultBackend where no path fits',
      [{ name: 'a', rules: [`${HOST} /cart`], defaultBackend: 'rest' }],
      '/',
      'a spec.defaultBackend rest',
    ],
    [
      'a rule for any host before a defaultBackend',
      [{ name: 'a', rules: [`${HOST} /cart`, '* / Prefix any'], defaultBackend: 'rest' }],
      '/',
      'a spec.rules[1].http.paths[0] any',
    ],
    ['none', [{ name: 'a', rules: [`${HOST} /cart`] }], '/', undefined],
  ])('%s', (_, written, path, expected) => {
    expect(match(written.map(ingress), HOST, path)).toEqual({ match: expected, rivals: [] });
  });

  test('a rule without paths leaves its host to the defaultBackend', () => {
    const object = ingress({ name: 'a', defaultBackend: 'rest' });
    const bare = { ...object, spec: { ...object.spec, rules: [{ host: HOST }] } };
    expect(match([bare], HOST, '/').match).toBe('a spec.defaultBackend rest');
  });

  test('the oldest of two with the same host and path wins, and both are rivals', () => {
    const rules = [`${HOST} /cart`];
    const young = ingress({ name: 'young', rules, created: '2026-02-01' });
    const old = ingress({ name: 'old', rules, namespace: 'other' });
    expect(match([young, old], HOST, '/cart')).toEqual({
      match: 'old spec.rules[0].http.paths[0] old',
      rivals: ['old', 'young'],
    });
  });

  test('of one age, the first by namespace and name', () => {
    const rules = [`${HOST} /`];
    expect(match([ingress({ name: 'b', rules }), ingress({ name: 'a', rules })], HOST, '/').rivals).toEqual([
      'a',
      'b',
    ]);
  });

  test('Ingresses of different classes are no rivals, and the one of the own namespace is meant', () => {
    const rules = [`${HOST} /`];
    const all = [
      ingress({ name: 'public', rules, namespace: 'other', className: 'public' }),
      ingress({ name: 'internal', rules, className: 'internal', created: '2026-02-01' }),
    ];
    expect(match(all, HOST, '/')).toEqual({
      match: 'internal spec.rules[0].http.paths[0] internal',
      rivals: [],
    });
  });

  test('one Ingress that says a path twice is no rival of itself', () => {
    expect(match([ingress({ name: 'a', rules: [`${HOST} /`, `${HOST} /`] })], HOST, '/').rivals).toEqual([]);
  });

  test('another path of the same host is no rival', () => {
    const all = [
      ingress({ name: 'a', rules: [`${HOST} /`] }),
      ingress({ name: 'b', rules: [`${HOST} /cart`] }),
    ];
    expect(match(all, HOST, '/cart')).toEqual({ match: 'b spec.rules[0].http.paths[0] b', rivals: [] });
  });

  test.each([
    ['an older canary without a weight takes nothing', {}, 'main'],
    ['a canary with half of the weight is not followed', { 'canary-weight': '50' }, 'main'],
    ['a canary with all of the weight takes every request', { 'canary-weight': '100' }, 'canary'],
    [
      'the whole weight may be another number',
      { 'canary-weight': '100', 'canary-weight-total': '1000' },
      'main',
    ],
  ])('%s', (_, settings, winner) => {
    const annotations = Object.fromEntries(
      Object.entries({ canary: 'true', ...settings }).map(([key, value]) => [
        `nginx.ingress.kubernetes.io/${key}`,
        value,
      ]),
    );
    const main = ingress({ name: 'main', rules: [`${HOST} /`] });
    const canary = ingress({ name: 'canary', created: '2025-01-01', annotations, rules: [`${HOST} /`] });
    expect(match([main, canary], HOST, '/')).toEqual({
      match: `${winner} spec.rules[0].http.paths[0] ${winner}`,
      rivals: [],
    });
    expect(match([canary], HOST, '/').match).toBe('canary spec.rules[0].http.paths[0] canary');
  });

  test.each([
    ['a weight gives it a share', { 'canary-weight': '50' }, {}, ['main', 'canary']],
    ['no weight gives it none', {}, {}, ['main']],
    ['a weight of 0 gives it none', { 'canary-weight': '0' }, {}, ['main']],
    ['a header that is not sent', { 'canary-by-header': 'X-Canary' }, {}, ['main']],
    ['a header that is sent', { 'canary-by-header': 'X-Canary' }, { 'x-canary': 'always' }, ['canary']],
    [
      'a header that says no, whatever the weight',
      { 'canary-by-header': 'X-Canary', 'canary-weight': '100' },
      { 'x-canary': 'never' },
      ['main'],
    ],
    [
      'a header of another value leaves it to the weight',
      { 'canary-by-header': 'X-Canary', 'canary-by-header-value': 'new', 'canary-weight': '50' },
      { 'x-canary': 'always' },
      ['main', 'canary'],
    ],
    [
      'a header of the value that is wanted',
      { 'canary-by-header': 'X-Canary', 'canary-by-header-value': 'new' },
      { 'x-canary': 'new' },
      ['canary'],
    ],
  ])('of a canary: %s', (_, settings, headers, takers) => {
    const annotations = Object.fromEntries(
      Object.entries({ canary: 'true', ...settings }).map(([key, value]) => [
        `nginx.ingress.kubernetes.io/${key}`,
        value,
      ]),
    );
    const main = ingress({ name: 'main', rules: [`${HOST} /`] });
    const canary = ingress({ name: 'canary', annotations, rules: [`${HOST} /`] });
    const routed = matchIngress([main, canary], { host: HOST, path: '/', headers }, 'shop');
    const names = [routed.match, routed.canary].flatMap((each) => each?.ingress.metadata.name ?? []);
    expect(names).toEqual(takers);
  });

  test('a canary of another path takes no share, and one of the same path is set up by its main Ingress', () => {
    const share = {
      'nginx.ingress.kubernetes.io/canary': 'true',
      'nginx.ingress.kubernetes.io/canary-weight': '50',
    };
    const rewrite = { 'nginx.ingress.kubernetes.io/rewrite-target': '/inside' };
    const own = { 'nginx.ingress.kubernetes.io/backend-protocol': 'HTTPS', 'example.com/team': 'web' };
    const main = ingress({ name: 'main', annotations: rewrite, rules: [`${HOST} /`] });
    const canary = (path: string) =>
      ingress({ name: 'canary', annotations: { ...share, ...own }, rules: [`${HOST} ${path}`] });
    const canaryOf = (path: string) =>
      matchIngress([main, canary(path)], { host: HOST, path: '/a' }, 'shop').canary;
    expect(canaryOf('/a')).toBeUndefined();
    const inherited = { ...share, ...rewrite, 'example.com/team': 'web' };
    expect(canaryOf('/')?.ingress.metadata.annotations).toEqual(inherited);
  });
});
