// How soon the page shows something, and the first rows, with 5,000 StatusProbes: in Chromium, each time a new one without any cache.
import { serveWeb } from '../../src/web/server.ts';
import { startBrowser } from '../support/browser.ts';
import { createShownProbes, failing, fine } from '../support/shown-probes.ts';

const PROBES = 5_000;
const ROUNDS = 7;
const GOAL_MILLISECONDS = 1_000;

const probes = createShownProbes();
for (let index = 0; index < PROBES; index += 1)
  probes.put(
    `team-${index % 50}`,
    `probe-${index}`,
    index % 10 === 0 ? failing('DevOps', 'ScaledToZero') : fine,
  );

const server = await serveWeb({
  address: { host: '127.0.0.1', port: 0 },
  probes,
  viewerOf: async () => ({ name: '', mayList: async () => true }),
  onError: (error) => {
    throw error;
  },
});
const browser = await startBrowser();

/** Milliseconds since the page was asked for. */
async function load(): Promise<{ readonly paint: number; readonly rows: number }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(`
    new MutationObserver((_, observer) => {
      if (document.querySelector('tbody tr') === null) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => { document.body.dataset.rowsAt = performance.now(); }));
    }).observe(document, { childList: true, subtree: true });
  `);
  await page.goto(`${server.url}#key=any`);
  const rows = Number(await page.locator('body[data-rows-at]').getAttribute('data-rows-at'));
  const paint = await page.evaluate(`performance.getEntriesByName('first-contentful-paint')[0].startTime`);
  await context.close();
  return { paint: paint as number, rows };
}

const rounds: Awaited<ReturnType<typeof load>>[] = [];
for (let round = 0; round < ROUNDS; round += 1) rounds.push(await load());
await browser.close();
await server.close();

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
const [paint, rows] = [median(rounds.map((each) => each.paint)), median(rounds.map((each) => each.rows))];
console.log(
  `Web page with ${PROBES} StatusProbes: first paint after ${paint.toFixed(0)} ms (goal: ${GOAL_MILLISECONDS}), first rows after ${rows.toFixed(0)} ms`,
);
