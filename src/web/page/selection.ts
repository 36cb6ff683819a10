import type { ProbeSummary } from '../messages.ts';
import type { View } from './view.ts';

/** Rows on one page: more make neither a reader nor a browser quicker. */
export const PAGE_SIZE = 100;

export interface Group {
  /** Empty where nothing is grouped. */
  readonly title: string;
  /** Of the whole group, on whichever pages. */
  readonly total: number;
  readonly failing: number;
  /** Those on this page. */
  readonly probes: readonly ProbeSummary[];
}

export interface Selection {
  readonly groups: readonly Group[];
  readonly total: number;
  readonly failing: number;
  readonly page: number;
  readonly pages: number;
}

type Filter = Pick<View, 'search' | 'healthy' | 'owner' | 'namespace'>;

const textOf = ({ namespace, name, target, code, owner, reason, culprit }: ProbeSummary): string =>
  [`${namespace}/${name}`, target, code, owner, reason, culprit].join(' ').toLowerCase();

/** Every word of the search is somewhere in the row. */
function fits(probe: ProbeSummary, { search, healthy, owner, namespace }: Filter): boolean {
  if (healthy !== '' && probe.healthy !== healthy) return false;
  if (owner !== '' && probe.owner !== owner) return false;
  if (namespace !== '' && probe.namespace !== namespace) return false;
  const text = search === '' ? '' : textOf(probe);
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

const URGENCY: Readonly<Record<string, number>> = { False: 0, Unknown: 1, True: 2 };
const OWNER_ORDER = ['DevOps', 'Developer', 'Both', 'Unknown'];

const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
const urgency = ({ healthy }: ProbeSummary): number => URGENCY[healthy] ?? 1;

/** Who has to act comes first, then words of a later release, and None at last. */
function ownerOrder(owner: string): number {
  if (owner === 'None') return OWNER_ORDER.length + 1;
  const index = OWNER_ORDER.indexOf(owner);
  return index < 0 ? OWNER_ORDER.length : index;
}

const titleOf = (probe: ProbeSummary, { group }: Pick<View, 'group'>): string =>
  group === 'none' ? '' : probe[group];

/** What fails comes first, in each group. */
const inOrder =
  (view: Pick<View, 'group'>) =>
  (a: ProbeSummary, b: ProbeSummary): number =>
    (view.group === 'owner' ? ownerOrder(a.owner) - ownerOrder(b.owner) : 0) ||
    byText(titleOf(a, view), titleOf(b, view)) ||
    urgency(a) - urgency(b) ||
    byText(a.namespace, b.namespace) ||
    byText(a.name, b.name);

const isFailing = ({ healthy }: ProbeSummary): boolean => healthy === 'False';

/** The page of rows that a view shows. */
export function select(
  probes: Iterable<ProbeSummary>,
  view: Filter & Pick<View, 'group' | 'page'>,
): Selection {
  const fitting = [...probes].filter((probe) => fits(probe, view)).sort(inOrder(view));
  const pages = Math.max(1, Math.ceil(fitting.length / PAGE_SIZE));
  const page = Math.min(view.page, pages);
  const title = (probe: ProbeSummary) => titleOf(probe, view);
  const whole = Map.groupBy(fitting, title);
  const here = Map.groupBy(fitting.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE), title);
  const groups = [...here].map(([name, shown]) => {
    const all = whole.get(name) ?? [];
    return { title: name, total: all.length, failing: all.filter(isFailing).length, probes: shown };
  });
  return { groups, total: fitting.length, failing: fitting.filter(isFailing).length, page, pages };
}

/** The values of a field that there are, for a choice. */
export function choicesOf(probes: Iterable<ProbeSummary>, field: 'owner' | 'namespace'): readonly string[] {
  return [...new Set([...probes].map((probe) => probe[field]))].sort(byText);
}
