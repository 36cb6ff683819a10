import { repeat } from '../../../node_modules/lit-html/directives/repeat.js';
import { html, nothing, type TemplateResult } from '../../../node_modules/lit-html/lit-html.js';
import type { ProbeSummary } from '../messages.ts';
import { ago, healthBadge, link, ownerBadge, type Part } from './parts.ts';
import { choicesOf, type Group, PAGE_SIZE, type Selection, select } from './selection.ts';
import { type Actions, keyOf, type State } from './state.ts';
import type { View } from './view.ts';

type Choice = readonly [value: string, text: string];

const same = (values: readonly string[]): readonly Choice[] => values.map((value) => [value, value]);

const HEALTH_CHOICES: readonly Choice[] = [
  ['', 'any'],
  ['False', 'failing'],
  ['Unknown', 'unknown'],
  ['True', 'healthy'],
];
const GROUP_CHOICES: readonly Choice[] = [
  ['none', 'nothing'],
  ['owner', 'owner'],
  ['namespace', 'namespace'],
];

interface Chooser {
  readonly field: 'healthy' | 'owner' | 'namespace' | 'group';
  readonly label: string;
  readonly choices: readonly Choice[];
}

function chooser({ field, label, choices }: Chooser, { view }: State, { show }: Actions): TemplateResult {
  const choose = ({ currentTarget }: Event) =>
    show({ [field]: (currentTarget as HTMLSelectElement).value, page: 1 }, true);
  return html`<div>
    <label for=${field}>${label}</label>
    <select id=${field} @change=${choose}>
      ${choices.map(
        ([value, text]) => html`<option value=${value} ?selected=${view[field] === value}>${text}</option>`,
      )}
    </select>
  </div>`;
}

function filters(state: State, actions: Actions): TemplateResult {
  const probes = [...state.probes.values()];
  const any: Choice = ['', 'any'];
  // A choice that was made stays one, though nothing fits it now.
  const ofField = (field: 'owner' | 'namespace'): readonly Choice[] => {
    const values = new Set([...choicesOf(probes, field), ...[state.view[field]].filter(Boolean)]);
    return [any, ...same([...values])];
  };
  const choosers: readonly Chooser[] = [
    { field: 'healthy', label: 'Health', choices: HEALTH_CHOICES },
    { field: 'owner', label: 'Owner', choices: ofField('owner') },
    { field: 'namespace', label: 'Namespace', choices: ofField('namespace') },
    { field: 'group', label: 'Group by', choices: GROUP_CHOICES },
  ];
  const search = ({ currentTarget }: Event) =>
    actions.show({ search: (currentTarget as HTMLInputElement).value, page: 1 }, true);
  return html`<search class="filters">
    <div>
      <label for="search">Search</label>
      <input id="search" type="search" autocomplete="off" spellcheck="false" placeholder="name, URL, reason, culprit"
        .value=${state.view.search} @input=${search}>
    </div>
    ${choosers.map((each) => chooser(each, state, actions))}
  </search>`;
}

const COLUMNS = ['Health', 'StatusProbe', 'Target', 'Code', 'Owner', 'Reason', 'Culprit', 'Since'];

const row = (probe: ProbeSummary, { view, now }: State, actions: Actions): TemplateResult => {
  const { namespace, name, target, code, reason, culprit, since } = probe;
  return html`<tr>
    <td>${healthBadge(probe.healthy)}</td>
    <th scope="row">${link({ ...view, probe: { namespace, name } }, actions, `${namespace}/${name}`)}</th>
    <td class="long">${target}</td>
    <td>${code}</td>
    <td>${ownerBadge(probe.owner)}</td>
    <td>${reason}</td>
    <td class="long">${culprit}</td>
    <td>${ago(since, now)}</td>
  </tr>`;
};

const heading = ({ title, total, failing }: Group): Part =>
  title === ''
    ? nothing
    : html`<tr class="group">
        <th scope="rowgroup" colspan=${COLUMNS.length}>${title} <span>${failing} failing of ${total}</span></th>
      </tr>`;

const body = (group: Group, state: State, actions: Actions): TemplateResult => html`<tbody>
  ${heading(group)}
  ${repeat(group.probes, keyOf, (probe) => row(probe, state, actions))}
</tbody>`;

function pager({ page, pages, total }: Selection, view: View, { show }: Actions): Part {
  if (pages === 1) return nothing;
  const go = (to: number) => () => show({ ...view, page: to });
  const first = (page - 1) * PAGE_SIZE + 1;
  return html`<nav class="pager" aria-label="Pages of the list">
    <button type="button" ?disabled=${page === 1} @click=${go(page - 1)}>Previous</button>
    <span>${first} to ${Math.min(total, first + PAGE_SIZE - 1)} of ${total}</span>
    <button type="button" ?disabled=${page === pages} @click=${go(page + 1)}>Next</button>
  </nav>`;
}

const emptyText = ({ link: connection, probes }: State): string => {
  if (probes.size > 0) return 'No StatusProbe fits these filters.';
  return connection === 'live' ? 'There are no StatusProbes that you may see.' : 'Loading…';
};

/** All StatusProbes that the viewer may see, what fails first. */
export function listView(state: State, actions: Actions): TemplateResult {
  const selection = select(state.probes.values(), state.view);
  const { groups, total, failing } = selection;
  const table = html`<div class="table" tabindex="0" role="region" aria-label="List of StatusProbes">
    <table>
      <thead><tr>${COLUMNS.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
      ${repeat(
        groups,
        ({ title }) => title,
        (group) => body(group, state, actions),
      )}
    </table>
  </div>`;
  return html`
    <h1 tabindex="-1">StatusProbes</h1>
    ${filters(state, actions)}
    <p role="status" class="count">${failing} failing of ${total}</p>
    ${total === 0 ? html`<p>${emptyText(state)}</p>` : table}
    ${pager(selection, state.view, actions)}
  `;
}
