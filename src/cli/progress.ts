/** A line on stderr that says what is being done, and goes away; nothing where nobody watches. */
export interface Progress {
  tell(text: string): void;
  clear(): void;
}

interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const CLEAR_LINE = '\r\u001b[K';

export function createProgress(screen: Screen): Progress {
  if (screen.isTTY !== true) return { tell: () => undefined, clear: () => undefined };
  return {
    tell: (text) => screen.write(`${CLEAR_LINE}${text.slice(0, (screen.columns ?? 80) - 1)}`),
    clear: () => screen.write(CLEAR_LINE),
  };
}
