import { html, nothing, type TemplateResult } from '../../../node_modules/lit-html/lit-html.js';
import type { Finding, StatusProbeStatus } from '../../api/generated.ts';
import type { ShownProbe } from '../messages.ts';
import { historyView } from './history-view.ts';
import { latencyView } from './latency-view.ts';
import {
  ago,
  badge,
  copyable,
  healthBadge,
  link,
  outwardLink,
  ownerBadge,
  type Part,
  section,
} from './parts.ts';
import { pathView } from './path-view.ts';
import type { Actions, State } from './state.ts';

const SEVERITIES: Readonly<Record<string, string>> = { Error: 'bad', Warning: 'warn' };

const lines = (all: readonly unknown[]): Part =>
  all.length === 0 ? nothing : html`<ul>${all.map((each) => html`<li>${each}</li>`)}</ul>`;

function verdictView({ verdict, failingSince, lastFailure }: StatusProbeStatus, now: number): Part {
  if (verdict === undefined) return html`<p class="verdict">It was not probed yet.</p>`;
  const { owner, layer, reason, summary, confidence, culprit } = verdict;
  const isFine = owner === 'None';
  return html`<div class="verdict ${isFine ? 'good' : 'bad'}">
    <p>
      ${ownerBadge(owner)} ${isFine ? reason : `${layer} · ${reason}`}
      ${confidence === undefined ? nothing : html`<span>${confidence.toLowerCase()} confidence</span>`}
      ${failingSince === undefined ? nothing : html`<span>failing since ${ago(failingSince, now)}</span>`}
    </p>
    <p class="summary">${summary}</p>
    ${culprit === undefined ? nothing : html`<p>Culprit: <code>${culprit.ref}</code></p>`}
    ${
      lastFailure === undefined
        ? nothing
        : html`<p>Before: ${ownerBadge(lastFailure.owner)} ${lastFailure.reason}, ended
          ${ago(lastFailure.endTime, now)}. ${lastFailure.summary}</p>`
    }
  </div>`;
}

function fixView({ verdict }: StatusProbeStatus, actions: Actions): Part {
  const { fix, commands = [] } = verdict ?? {};
  if (fix === undefined && commands.length === 0) return nothing;
  return section(
    'Fix',
    html`${fix === undefined ? nothing : copyable(fix, 'the fix', actions)}
      ${commands.map((command, index) => copyable(command, `command ${index + 1}`, actions))}`,
  );
}

/** Observed beside expected, then what the finding rests on. */
function proof({ observed, expected, evidence = [] }: Finding): Part {
  const pairs = [
    ['observed', observed],
    ['expected', expected],
  ].filter(([, text]) => text !== undefined);
  return html`${
    pairs.length === 0
      ? nothing
      : html`<dl>${pairs.map(([name, text]) => html`<div><dt>${name}</dt><dd>${text}</dd></div>`)}</dl>`
  }
  ${lines(evidence)}`;
}

const causeOf = ({ findings = [], verdict }: StatusProbeStatus): Finding | undefined =>
  findings.find(({ reason, muted }) => reason === verdict?.reason && muted !== true);

function evidenceView(status: StatusProbeStatus): Part {
  const cause = causeOf(status);
  const { observed, expected, evidence = [] } = cause ?? {};
  if (cause === undefined || (observed ?? expected ?? evidence[0]) === undefined) return nothing;
  return section('Evidence', proof(cause));
}

const finding = (each: Finding): TemplateResult => html`<li>
  ${badge(SEVERITIES[each.severity] ?? 'unsure', each.severity)} <strong>${each.reason}</strong>
  <span class="ref">${each.subject.ref}</span>
  ${each.causedBy === undefined ? nothing : badge('unsure', 'symptom')}
  ${each.muted === true ? badge('unsure', 'muted') : nothing}
  <p>${each.message}</p>
  ${proof(each)}
</li>`;

function findingsView(status: StatusProbeStatus): Part {
  const { findings = [], findingsOmitted = 0 } = status;
  const cause = causeOf(status);
  const others = findings.filter((each) => each !== cause);
  if (others.length === 0) return nothing;
  return section(
    'Also found',
    html`<ul class="findings">${others.map(finding)}</ul>
      ${findingsOmitted === 0 ? nothing : html`<p>and ${findingsOmitted} more</p>`}`,
  );
}

function changesView({ changes = [] }: StatusProbeStatus, now: number): Part {
  if (changes.length === 0) return nothing;
  return section(
    'Changed shortly before',
    lines(
      changes.map(
        ({ time, subject, message, manager }) =>
          html`${ago(time, now)}: <span class="ref">${subject.ref}</span> ${message} (by ${manager})`,
      ),
    ),
  );
}

const linksView = ({ links = [] }: StatusProbeStatus): Part =>
  links.length === 0
    ? nothing
    : section('Look further', lines(links.map(({ name, url }) => outwardLink(url, name))));

function notCheckedView({ notChecked = [] }: StatusProbeStatus): Part {
  if (notChecked.length === 0) return nothing;
  const reasons = Map.groupBy(notChecked, ({ reason, message }) => message ?? reason);
  return section(
    'Could not look',
    lines([...reasons].map(([why, entries]) => `${why} (${entries.map(({ check }) => check).join(', ')})`)),
  );
}

function lastProbeView({ lastProbe, matrix }: StatusProbeStatus, now: number): Part {
  if (lastProbe === undefined) return nothing;
  const { time, code, failure, answeredBy, remoteAddress, httpVersion, tls, finalURL } = lastProbe;
  const facts: readonly (readonly [string, unknown])[] = [
    ['when', ago(time, now)],
    ['answer', code ?? failure?.reason],
    ['failure', failure && `${failure.phase}: ${failure.message}`],
    ['answered by', answeredBy && `${answeredBy.product} (${answeredBy.layer})`],
    ['told by', answeredBy?.evidence?.join('; ')],
    ['URL', finalURL],
    ['address', remoteAddress],
    ['HTTP', httpVersion],
    ['TLS', tls && [tls.version, tls.cipher].join(' ')],
    ['certificate until', tls?.notAfterTime],
    ['matrix', matrix && `${matrix.row}: ${matrix.meaning}; ${matrix.owner} looks first, ${matrix.fixArea}`],
  ];
  const known = facts.filter(([, value]) => value !== undefined && value !== '');
  return section(
    'Last probe',
    html`<dl>${known.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`,
  );
}

const healthOf = ({ conditions = [] }: StatusProbeStatus): string =>
  conditions.find(({ type }) => type === 'Healthy')?.status ?? 'Unknown';

const whole = ({ status }: ShownProbe, { now }: State, actions: Actions): TemplateResult => html`
  <p class="target">${healthBadge(healthOf(status))} ${status.target}</p>
  ${verdictView(status, now)}
  ${pathView(status)}
  ${fixView(status, actions)}
  ${evidenceView(status)}
  ${changesView(status, now)}
  ${linksView(status)}
  ${latencyView(status)}
  ${historyView(status, now)}
  ${findingsView(status)}
  ${notCheckedView(status)}
  ${lastProbeView(status, now)}
`;

const ABSENT = html`<p>There is no such StatusProbe that you may see.</p>`;
const LOADING = html`<p>Loading…</p>`;

/** One StatusProbe: what is broken, where on the way, why, and what to do. */
export function probeView(state: State, actions: Actions): TemplateResult {
  const { open, view } = state;
  const { probe: name, ...list } = view;
  return html`
    <nav aria-label="Way back">${link(list, actions, '← All StatusProbes')}</nav>
    <h1 tabindex="-1">${name?.namespace}/${name?.name}</h1>
    ${open ? whole(open, state, actions) : open === null ? ABSENT : LOADING}
  `;
}
