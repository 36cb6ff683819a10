import { createHash } from 'node:crypto';

/** Somebody whose token was accepted. */
export interface Viewer {
  /** For people. */
  readonly name: string;
  /** Whether the viewer may list the StatusProbes of a namespace; rejects where nobody can tell. */
  mayList(namespace: string): Promise<boolean>;
}

/** Whose bearer token this is; undefined where it is nobody's. Rejects where nobody can tell. */
export type ViewerOf = (token: string) => Promise<Viewer | undefined>;

/** A user as a TokenReview names it and a SubjectAccessReview wants it. */
export interface User {
  readonly username: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What the API server is asked. */
export interface Reviews {
  /** Undefined where it does not accept the token. */
  userOf(token: string): Promise<User | undefined>;
  /** Without a namespace: of all of them. */
  mayList(user: User, namespace?: string): Promise<boolean>;
}

export interface ViewerOptions {
  readonly reviews: Reviews;
  /** Milliseconds of any clock that does not go back. */
  readonly now: () => number;
  /** How long an answer of the API server holds, and so how long a right that was taken away is still there. */
  readonly keepMilliseconds?: number;
}

/** Answers that are kept; the oldest goes first. A token is kept as its digest only. */
const MAXIMUM_KEPT = 20_000;
/** Strangers with made-up tokens must not become a queue. */
const MAXIMUM_TOKENS_AT_ONCE = 32;

/** More tokens came than the API server may be asked about at once. */
export class TooManyTokens extends Error {}

/** Viewers as the API server knows them; its answers are kept for a minute, and failures not at all. */
export function createViewers({ reviews, now, keepMilliseconds = 60_000 }: ViewerOptions): ViewerOf {
  const kept = new Map<string, { readonly until: number; readonly answer: Promise<unknown> }>();
  let underWay = 0;

  const userOf = async (token: string): Promise<User | undefined> => {
    if (underWay >= MAXIMUM_TOKENS_AT_ONCE) throw new TooManyTokens();
    underWay += 1;
    return reviews.userOf(token).finally(() => {
      underWay -= 1;
    });
  };

  const keep = <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const known = kept.get(key);
    if (known !== undefined && now() < known.until) return known.answer as Promise<T>;
    const answer = ask();
    kept.delete(key);
    kept.set(key, { until: now() + keepMilliseconds, answer });
    answer.catch(() => kept.delete(key));
    const [oldest] = kept.keys();
    if (kept.size > MAXIMUM_KEPT && oldest !== undefined) kept.delete(oldest);
    return answer;
  };

  return async (token) => {
    const digest = createHash('sha256').update(token).digest('base64');
    const user = await keep(digest, () => userOf(token));
    if (user === undefined) return undefined;
    return {
      name: user.username,
      mayList: async (namespace) =>
        (await keep(`${digest} `, () => reviews.mayList(user))) ||
        keep(`${digest} ${namespace}`, () => reviews.mayList(user, namespace)),
    };
  };
}
