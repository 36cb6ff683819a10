import type { Message, ProbeName, ShownProbe } from '../messages.ts';

/** How the page stands with the server. */
export type Link = 'connecting' | 'live' | 'lost' | 'signed out';

export interface ConnectionOptions {
  /** Absent behind a proxy that adds one. */
  readonly token: string | undefined;
  readonly onMessage: (message: Message) => void;
  readonly onLink: (link: Link) => void;
}

const WAIT_MILLISECONDS = 2_000;
/** The server says at least once a minute that it is there. */
const SILENCE_MILLISECONDS = 150_000;

const headersOf = (token: string | undefined): HeadersInit =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** Listens until the page is closed or the token is refused; the result ends it. */
export function connect(options: ConnectionOptions): () => void {
  const closing = new AbortController();
  void keepListening(options, closing.signal);
  return () => closing.abort();
}

async function keepListening(options: ConnectionOptions, closing: AbortSignal): Promise<void> {
  while (!closing.aborted) {
    const outcome = await listen(options, closing).catch(() => 'ended' as const);
    if (closing.aborted) return;
    if (outcome === 'refused') return options.onLink('signed out');
    options.onLink('lost');
    await wait(WAIT_MILLISECONDS);
  }
}

/** One stream from its beginning to its end. EventSource cannot send a token, so this reads the events itself. */
async function listen(
  { token, onMessage, onLink }: ConnectionOptions,
  closing: AbortSignal,
): Promise<'refused' | 'ended'> {
  const silence = new AbortController();
  const signal = AbortSignal.any([closing, silence.signal]);
  const response = await fetch('api/stream', { headers: headersOf(token), cache: 'no-store', signal });
  if (response.status === 401) return 'refused';
  const isStream = response.headers.get('content-type') === 'text/event-stream';
  if (!response.ok || !isStream || response.body === null) return 'ended';
  let timer = setTimeout(() => silence.abort(), SILENCE_MILLISECONDS);
  let rest = '';
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENCE_MILLISECONDS);
    const events = `${rest}${value}`.split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      if (event.startsWith('data: ')) onMessage(JSON.parse(event.slice('data: '.length)) as Message);
      onLink('live');
    }
  }
  clearTimeout(timer);
  return 'ended';
}

/** The whole of one StatusProbe; undefined where it does not exist or may not be seen. Rejects where nobody answers. */
export async function fetchProbe(
  token: string | undefined,
  { namespace, name }: ProbeName,
): Promise<ShownProbe | undefined> {
  const path = `api/probes/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
  const response = await fetch(path, { headers: headersOf(token), cache: 'no-store' });
  if (response.ok) return (await response.json()) as ShownProbe;
  if (response.status === 404) return undefined;
  throw new Error(`The server answers ${response.status}.`);
}
