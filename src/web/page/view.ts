import type { ProbeName } from '../messages.ts';

export const GROUPINGS = ['none', 'owner', 'namespace'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** What the page shows, as its address says it: an address can be sent to a colleague. */
export interface View {
  /** The one that is open; without it, the list. */
  readonly probe?: ProbeName;
  readonly search: string;
  /** True, False, Unknown; empty: any. */
  readonly healthy: string;
  /** Empty: any. */
  readonly owner: string;
  /** Empty: any. */
  readonly namespace: string;
  readonly group: Grouping;
  /** From 1. */
  readonly page: number;
}

const FILTERS = ['search', 'healthy', 'owner', 'namespace'] as const;

/** Reads the query of the page's address; what it does not say is as it is at first. */
export function viewOf(query: string): View {
  const given = new URLSearchParams(query);
  const [namespace, name] = given.get('probe')?.split('/') ?? [];
  return {
    ...(namespace && name && { probe: { namespace, name } }),
    search: given.get('search') ?? '',
    healthy: given.get('healthy') ?? '',
    owner: given.get('owner') ?? '',
    namespace: given.get('namespace') ?? '',
    group: GROUPINGS.find((grouping) => grouping === given.get('group')) ?? 'none',
    page: Math.max(1, Math.trunc(Number(given.get('page'))) || 1),
  };
}

/** The query that says so, with its question mark. */
export function queryOf(view: View): string {
  const query = new URLSearchParams();
  if (view.probe) query.set('probe', `${view.probe.namespace}/${view.probe.name}`);
  for (const filter of FILTERS) if (view[filter] !== '') query.set(filter, view[filter]);
  if (view.group !== 'none') query.set('group', view.group);
  if (view.page > 1) query.set('page', String(view.page));
  return `?${query}`;
}
