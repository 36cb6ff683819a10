import { render } from '../../../node_modules/lit-html/lit-html.js';
import type { Message } from '../messages.ts';
import { connect, fetchProbe } from './connection.ts';
import { pageView } from './page-view.ts';
import { type Actions, keyOf, type State } from './state.ts';
import { queryOf, type View, viewOf } from './view.ts';

const NOTICE_MILLISECONDS = 4_000;
/** So that ages grow. */
const REDRAW_MILLISECONDS = 15_000;

let state: State = {
  link: 'connecting',
  viewer: '',
  probes: new Map(),
  view: viewOf(location.search),
  open: undefined,
  now: Date.now(),
  notice: '',
};
/** `statusprobe web` gives its key in the part of the address that no browser sends anywhere. */
let token = new URLSearchParams(location.hash.slice(1)).get('key') ?? undefined;
let disconnect = () => {};
let isDrawing = false;
let wantsFocus = false;

function set(part: Partial<State>): void {
  state = { ...state, ...part };
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(draw);
}

function draw(): void {
  isDrawing = false;
  state = { ...state, now: Date.now() };
  render(pageView(state, actions), document.body);
  const { probe } = state.view;
  document.title = probe === undefined ? 'statusprobe' : `${keyOf(probe)} – statusprobe`;
  // Whoever follows a link without a mouse goes on from where the link leads.
  if (wantsFocus) document.querySelector('h1')?.focus();
  wantsFocus = false;
}

function receive(message: Message): void {
  const probes = new Map(message.type === 'all' ? [] : state.probes);
  for (const probe of message.probes) probes.set(keyOf(probe), probe);
  if (message.type === 'changed') for (const name of message.gone) probes.delete(keyOf(name));
  set({ probes, ...(message.type === 'all' && { viewer: message.viewer }) });
  const { probe } = state.view;
  if (probe === undefined) return;
  const concerned = message.type === 'all' ? [probe] : [...message.probes, ...message.gone];
  if (concerned.some((each) => keyOf(each) === keyOf(probe))) void refresh();
}

/** Fetches what is open; while nobody answers, what was fetched last stays. */
async function refresh(): Promise<void> {
  const { probe } = state.view;
  if (probe === undefined) return;
  const open = await fetchProbe(token, probe).then(
    (found) => found ?? null,
    () => undefined,
  );
  const isStillOpen = state.view.probe !== undefined && keyOf(state.view.probe) === keyOf(probe);
  if (isStillOpen && open !== undefined) set({ open });
}

function arrive(view: View): void {
  const before = state.view.probe;
  const isSame = before && view.probe && keyOf(before) === keyOf(view.probe);
  wantsFocus = (before === undefined) !== (view.probe === undefined);
  set({ view, ...(!isSame && { open: undefined }) });
  if (!isSame) void refresh();
}

function tell(notice: string): void {
  set({ notice });
  setTimeout(() => state.notice === notice && set({ notice: '' }), NOTICE_MILLISECONDS);
}

function start(): void {
  disconnect();
  set({ link: 'connecting' });
  disconnect = connect({ token, onMessage: receive, onLink: (link) => set({ link }) });
  void refresh();
}

const actions: Actions = {
  show(part, replace = false) {
    const { probe: _, ...list } = state.view;
    const view = { ...list, ...part };
    if (replace) history.replaceState(null, '', actions.addressOf(view));
    else history.pushState(null, '', actions.addressOf(view));
    arrive(view);
  },
  copy(text) {
    // Browsers keep the clipboard from pages that came over plain HTTP from another machine.
    if (!isSecureContext) return tell('Your browser lets only HTTPS pages copy: select the text instead.');
    navigator.clipboard.writeText(text).then(
      () => tell('Copied.'),
      () => tell('Your browser did not let this page copy: select the text instead.'),
    );
  },
  signIn(given) {
    token = given;
    start();
  },
  addressOf: (view) => `${queryOf(view)}${location.hash}`,
};

addEventListener('popstate', () => arrive(viewOf(location.search)));
setInterval(() => set({}), REDRAW_MILLISECONDS);
document.querySelector('body > main')?.remove();
start();
