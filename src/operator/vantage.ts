export interface VantageParts {
  /** Asks cluster DNS for a name that every cluster has; any answer will do. Rejects when there is none. */
  askDNS(): Promise<void>;
  /** Asks the API server for anything. Rejects when nobody answers. */
  askAPIServer(): Promise<void>;
  /** Milliseconds that only go forward. */
  now(): number;
}

/** How long an answer about ourselves holds for the many probes that fail at once. */
const LIFE_MILLISECONDS = 5_000;

const CUT_OFF =
  'The operator reaches neither cluster DNS nor the API server, so its own failed probes prove nothing about the target';

/**
 * Tells whether this replica itself is cut off, so that nobody is accused of its own network. DNS alone or the API
 * server alone may really be down; only both together mean that it is us.
 */
export function createVantage({
  askDNS,
  askAPIServer,
  now,
}: VantageParts): () => Promise<string | undefined> {
  let answer: Promise<string | undefined> | undefined;
  let goodUntil = Number.NEGATIVE_INFINITY;
  const ask = async (): Promise<string | undefined> => {
    const answers = await Promise.allSettled([askDNS(), askAPIServer()]);
    return answers.every(({ status }) => status === 'rejected') ? CUT_OFF : undefined;
  };
  return () => {
    if (answer === undefined || now() >= goodUntil) {
      answer = ask();
      goodUntil = now() + LIFE_MILLISECONDS;
    }
    return answer;
  };
}
