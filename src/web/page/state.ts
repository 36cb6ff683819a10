import type { ProbeSummary, ShownProbe } from '../messages.ts';
import type { Link } from './connection.ts';
import type { View } from './view.ts';

/** All that the page shows; drawing it is a function of this alone. */
export interface State {
  readonly link: Link;
  /** For people; empty where there is only one viewer. */
  readonly viewer: string;
  /** By `namespace/name`. */
  readonly probes: ReadonlyMap<string, ProbeSummary>;
  readonly view: View;
  /** The open StatusProbe; undefined while it is being fetched, null where there is none to see. */
  readonly open: ShownProbe | null | undefined;
  /** Unix milliseconds. */
  readonly now: number;
  /** Said once by screen readers, and shown. */
  readonly notice: string;
}

/** What a person can do. */
export interface Actions {
  /** Shows another view; `replace` makes no new step to go back to. */
  show(view: Partial<View>, replace?: boolean): void;
  copy(text: string): void;
  signIn(token: string): void;
  /** The address of a view, to be opened elsewhere. */
  addressOf(view: View): string;
}

export const keyOf = ({ namespace, name }: { readonly namespace: string; readonly name: string }): string =>
  `${namespace}/${name}`;
