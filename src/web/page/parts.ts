import { html, nothing, type TemplateResult } from '../../../node_modules/lit-html/lit-html.js';
import type { Actions } from './state.ts';
import type { View } from './view.ts';

export type Part = TemplateResult | typeof nothing;

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

const relative = new Intl.RelativeTimeFormat('en');

const agoText = (milliseconds: number): string => {
  const [unit, length] = UNITS.find(([, each]) => milliseconds >= each) ?? ['second', 1000];
  return relative.format(-Math.max(0, Math.floor(milliseconds / length)), unit);
};

/** How long ago something was, with the time itself for who points at it. */
export function ago(time: string | undefined, now: number): Part {
  if (time === undefined) return nothing;
  const at = Date.parse(time);
  if (Number.isNaN(at)) return html`${time}`;
  return html`<time datetime=${time} title=${new Date(at).toLocaleString()}>${agoText(now - at)}</time>`;
}

/** A link within the page: a plain click stays here, any other does what the browser does. */
export function link(view: View, actions: Actions, content: unknown): TemplateResult {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    actions.show(view);
  };
  return html`<a href=${actions.addressOf(view)} @click=${follow}>${content}</a>`;
}

/** A link to elsewhere; what a browser would run instead of open is shown as text. */
export function outwardLink(url: string, content: string): TemplateResult {
  if (!/^https?:\/\//i.test(url)) return html`${content}: ${url}`;
  return html`<a href=${url} target="_blank" rel="noreferrer noopener">${content}</a>`;
}

/** A word that can be told from others by its shape as well as by its colour. */
export const badge = (kind: string, text: string): TemplateResult =>
  html`<span class="badge ${kind}">${text}</span>`;

const OWNER_KINDS: ReadonlySet<string> = new Set(['DevOps', 'Developer', 'Both', 'None']);

export const ownerBadge = (owner: string): TemplateResult =>
  badge(OWNER_KINDS.has(owner) ? `owner-${owner.toLowerCase()}` : 'owner-unknown', owner);

const HEALTH: Readonly<Record<string, readonly [kind: string, text: string]>> = {
  True: ['good', '✓ healthy'],
  False: ['bad', '✗ failing'],
};

export const healthBadge = (healthy: string): TemplateResult =>
  badge(...(HEALTH[healthy] ?? (['unsure', '? unknown'] as const)));

/** Text that is copied by a button beside it. */
export const copyable = (text: string, what: string, { copy }: Actions): TemplateResult => html`
  <div class="copyable">
    <code>${text}</code>
    <button type="button" aria-label="Copy ${what}" @click=${() => copy(text)}>Copy</button>
  </div>
`;

/** A part of the page with its heading; nothing where there is nothing to say. */
export function section(title: string, content: Part | readonly Part[]): Part {
  if (content === nothing || (Array.isArray(content) && content.length === 0)) return nothing;
  const id = `section-${title.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`;
  return html`<section aria-labelledby=${id}><h2 id=${id}>${title}</h2>${content}</section>`;
}
