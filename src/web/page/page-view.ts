import { html, nothing, type TemplateResult } from '../../../node_modules/lit-html/lit-html.js';
import type { Link } from './connection.ts';
import { listView } from './list-view.ts';
import { badge, type Part } from './parts.ts';
import { probeView } from './probe-view.ts';
import type { Actions, State } from './state.ts';

const LINKS: Readonly<Record<Link, readonly [kind: string, text: string]>> = {
  connecting: ['unsure', 'connecting…'],
  live: ['good', '● live'],
  lost: ['warn', '! connection lost, trying again: this may be old'],
  'signed out': ['unsure', 'signed out'],
};

/** The token is kept in this page's memory alone, and so is gone when it is closed or loaded again. */
function signInView({ signIn }: Actions): TemplateResult {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const { token } = Object.fromEntries(new FormData(event.currentTarget as HTMLFormElement));
    if (typeof token === 'string' && token.trim() !== '') signIn(token.trim());
  };
  return html`
    <h1 tabindex="-1">Sign in</h1>
    <form class="sign-in" @submit=${submit}>
      <label for="token">Bearer token</label>
      <input id="token" name="token" type="password" autocomplete="off" aria-describedby="token-help">
      <button type="submit">Sign in</button>
      <p id="token-help">A token that the cluster accepts, such as <code>kubectl create token NAME</code> prints.
        You see the StatusProbes that it may list. It is kept in this page alone, until you close it or load it again.</p>
    </form>
  `;
}

function content(state: State, actions: Actions): TemplateResult {
  if (state.link === 'signed out') return signInView(actions);
  return state.view.probe === undefined ? listView(state, actions) : probeView(state, actions);
}

const viewerText = ({ viewer, link }: State): Part =>
  viewer === '' || link === 'signed out' ? nothing : html`<span>${viewer}</span>`;

/** The whole page. */
export function pageView(state: State, actions: Actions): TemplateResult {
  return html`
    <header>
      <span class="product">statusprobe</span>
      ${viewerText(state)}
      <span role="status">${badge(...LINKS[state.link])}</span>
    </header>
    <main>${content(state, actions)}</main>
    <p class="notice" role="status">${state.notice}</p>
  `;
}
