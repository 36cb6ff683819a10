import { html, nothing, svg } from '../../../node_modules/lit-html/lit-html.js';
import type { StatusProbeStatus, Transition } from '../../api/generated.ts';
import { ago, healthBadge, ownerBadge, type Part, section } from './parts.ts';

/** Of the strip, in its own units. */
const WIDTH = 1000;
/** No stretch is so short that nobody sees it. */
const LEAST_WIDTH = 8;

const KINDS: Readonly<Record<string, string>> = { True: 'good', False: 'bad' };

/** The stretches between transitions, oldest first, as long as they lasted. */
export function stretchesOf(history: readonly Transition[], now: number) {
  const oldestFirst = history.toReversed();
  const times = [...oldestFirst.map(({ time }) => Date.parse(time) || now), now];
  const lasted = oldestFirst.map((_, index) =>
    Math.max(0, (times[index + 1] ?? now) - (times[index] ?? now)),
  );
  const whole = Math.max(
    1,
    lasted.reduce((sum, each) => sum + each, 0),
  );
  const room = WIDTH - LEAST_WIDTH * lasted.length;
  let x = 0;
  return oldestFirst.map(({ healthy }, index) => {
    const width = LEAST_WIDTH + ((lasted[index] ?? 0) / whole) * room;
    const stretch = { kind: KINDS[healthy] ?? 'unsure', x, width };
    x += width;
    return stretch;
  });
}

const line = ({ time, healthy, code, owner, reason }: Transition, now: number) => html`<li>
  ${ago(time, now)} ${healthBadge(healthy)} ${code} ${owner === undefined ? nothing : ownerBadge(owner)} ${reason}
</li>`;

/** When it was healthy and when not, as a strip, and the same in words. */
export function historyView({ history = [] }: StatusProbeStatus, now: number): Part {
  if (history.length === 0) return nothing;
  return section(
    'History',
    html`<svg class="bar" viewBox="0 0 ${WIDTH} 24" preserveAspectRatio="none" role="img"
        aria-label="${history.length} transitions, oldest at the left; the list below tells them">
        ${stretchesOf(history, now).map(
          ({ kind, x, width }) => svg`<rect class=${kind} x=${x} y="0" width=${width} height="24"></rect>`,
        )}
      </svg>
      <ol class="transitions">${history.map((transition) => line(transition, now))}</ol>`,
  );
}
