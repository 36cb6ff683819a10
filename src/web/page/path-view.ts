import { html, nothing, type TemplateResult } from '../../../node_modules/lit-html/lit-html.js';
import type { PathHop, StatusProbeStatus } from '../../api/generated.ts';
import { badge, type Part, section } from './parts.ts';
import { type Station, stationsOf } from './stations.ts';

/** What a result is called, and the mark that tells it without colour. */
const RESULTS: Readonly<Record<string, readonly [kind: string, text: string]>> = {
  OK: ['good', '✓ OK'],
  Failed: ['bad', '✗ failed'],
  Degraded: ['warn', '! degraded'],
  NotChecked: ['unsure', '? not checked'],
  NotPermitted: ['unsure', '? not permitted'],
  Unseen: ['unsure', '– nothing seen'],
};

const resultBadge = (result: string): TemplateResult =>
  badge(...(RESULTS[result] ?? (['unsure', result] as const)));

const hopLine = ({ ref, hop, result, message }: PathHop, isOne: boolean): TemplateResult => html`<li>
  <span class="ref">${ref ?? hop}</span>${isOne ? nothing : resultBadge(result)}
  ${message === undefined ? nothing : html`<span class="said">${message}</span>`}
</li>`;

function details({ title, hops }: Station): Part {
  const told = hops.filter(({ ref, message }) => ref !== undefined || message !== undefined);
  if (told.length === 0) return nothing;
  return html`<ul aria-label="Found at ${title}">${told.map((hop) => hopLine(hop, hops.length === 1))}</ul>`;
}

const station = (each: Station): TemplateResult => html`<li
  class="station ${RESULTS[each.result]?.[0] ?? 'unsure'} ${each.isCause ? 'cause' : ''}"
  aria-current=${each.isCause ? 'step' : nothing}>
  <h3>${each.title}</h3>
  ${resultBadge(each.result)}
  ${each.isCause ? html`<strong>the cause is here</strong>` : nothing}
  ${each.hasAnswered ? html`<em>answered the request</em>` : nothing}
  ${details(each)}
</li>`;

/** The request's way from the outside in, with the hop that failed marked. */
export function pathView(status: StatusProbeStatus): Part {
  const { endpointsOmitted = 0 } = status;
  return section(
    'Path of the request',
    html`<ol class="path">${stationsOf(status).map(station)}</ol>
      ${endpointsOmitted > 0 ? html`<p>and ${endpointsOmitted} more endpoints</p>` : nothing}`,
  );
}
