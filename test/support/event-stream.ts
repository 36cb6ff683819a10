import type { Message } from '../../src/web/messages.ts';

export interface EventStream {
  readonly code: number;
  readonly headers: Headers;
  /** All that came so far, byte for byte. */
  readonly text: string;
  /** The next message, or undefined where the stream has ended. */
  next(): Promise<Message | undefined>;
  close(): void;
}

/** Opens the stream of a web page as a page does. */
export async function openEventStream(url: string, token: string): Promise<EventStream> {
  const controller = new AbortController();
  const response = await fetch(new URL('api/stream', url), {
    headers: { authorization: `Bearer ${token}` },
    signal: controller.signal,
  });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  let read = 0;
  return {
    code: response.status,
    headers: response.headers,
    get text() {
      return text;
    },
    async next() {
      for (;;) {
        const end = text.indexOf('\n\n', read);
        if (end >= 0) {
          const event = text.slice(read, end);
          read = end + 2;
          if (event.startsWith('data: ')) return JSON.parse(event.slice(6)) as Message;
          continue;
        }
        const { done, value } = await reader.read();
        if (done) return undefined;
        text += decoder.decode(value, { stream: true });
      }
    },
    close: () => controller.abort(),
  };
}
