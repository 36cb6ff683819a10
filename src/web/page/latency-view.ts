import { html, nothing, svg } from '../../../node_modules/lit-html/lit-html.js';
import type { ProbeDurations, StatusProbeStatus } from '../../api/generated.ts';
import { type Part, section } from './parts.ts';

const PHASES = [
  ['resolve', 'DNS'],
  ['connect', 'connect'],
  ['tls', 'TLS'],
  ['processing', 'processing'],
  ['transfer', 'transfer'],
] as const satisfies readonly (readonly [keyof ProbeDurations, string])[];

/** Of the bar, in its own units. */
const WIDTH = 1000;

/** Where each phase begins and ends in the bar. */
export function barsOf(durations: ProbeDurations) {
  const whole = Math.max(
    1,
    PHASES.reduce((sum, [phase]) => sum + durations[phase], 0),
  );
  let x = 0;
  return PHASES.map(([phase, title]) => {
    const width = (durations[phase] / whole) * WIDTH;
    const bar = { phase, title, milliseconds: durations[phase], x, width };
    x += width;
    return bar;
  });
}

/** How long each phase of the last recorded probe took, as a bar. */
export function latencyView({ lastProbe }: StatusProbeStatus): Part {
  if (lastProbe === undefined) return nothing;
  const { durationMilliseconds } = lastProbe;
  const bars = barsOf(durationMilliseconds);
  const words = bars.map(({ title, milliseconds }) => `${title} ${milliseconds} ms`).join(', ');
  return section(
    'Latency',
    html`<svg class="bar" viewBox="0 0 ${WIDTH} 24" preserveAspectRatio="none" role="img" aria-label=${words}>
        ${bars.map(({ phase, x, width }) => svg`<rect class=${phase} x=${x} y="0" width=${width} height="24"></rect>`)}
      </svg>
      <ul class="legend">
        ${bars.map(
          ({ phase, title, milliseconds }) =>
            html`<li><span class="swatch ${phase}" aria-hidden="true"></span>${title} ${milliseconds} ms</li>`,
        )}
        <li>in all ${durationMilliseconds.total} ms</li>
      </ul>`,
  );
}
