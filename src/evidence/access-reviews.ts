import type { ObjectReference } from '../diagnosis/model/reference.ts';
import type { Client } from '../kubernetes/client.ts';
import { SUBJECT_ACCESS_REVIEWS } from '../kubernetes/resources.ts';
import { isKind, KINDS } from './cluster/kinds.ts';

/** Whose permissions bound what is shown of other namespaces. */
export interface ServiceAccountName {
  readonly namespace: string;
  readonly name: string;
}

/** What `get` is asked for: all objects of a kind in a namespace where `name` is absent. */
export interface AccessQuestion {
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name?: string;
}

/** Asks the API server once; rejects where it does not answer. */
export type Review = (account: ServiceAccountName, question: AccessQuestion) => Promise<boolean>;

export interface AccessReviews {
  mayGet(account: ServiceAccountName, object: ObjectReference): Promise<boolean>;
  /** Those of the objects that the account may not get. */
  hidden(
    account: ServiceAccountName,
    objects: readonly ObjectReference[],
  ): Promise<readonly ObjectReference[]>;
}

export interface AccessReviewOptions {
  readonly review: Review;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** 5 minutes. */
  readonly keepMilliseconds?: number;
}

/** Owners of Pods that are named without having been read. */
const FURTHER_RESOURCES: Readonly<Record<string, { readonly group: string; readonly plural: string }>> = {
  CronJob: { group: 'batch', plural: 'cronjobs' },
};

/** Beyond so many objects of one kind and namespace, only a permission for all of them shows any. */
const MAXIMUM_SINGLE_REVIEWS = 20;
const MAXIMUM_KEPT = 10_000;

function questionAbout({ kind, namespace = '' }: ObjectReference): AccessQuestion | undefined {
  const { group, plural } = isKind(kind) ? KINDS[kind].resource : (FURTHER_RESOURCES[kind] ?? {});
  return group === undefined || plural === undefined ? undefined : { group, resource: plural, namespace };
}

/** Answers of SubjectAccessReviews, kept for a while. What could not be reviewed is not permitted, and not kept. */
export function createAccessReviews(options: AccessReviewOptions): AccessReviews {
  const { review, now, keepMilliseconds = 300_000 } = options;
  const kept = new Map<string, { readonly until: number; readonly answer: Promise<boolean> }>();

  const ask = (account: ServiceAccountName, question: AccessQuestion): Promise<boolean> => {
    const key = JSON.stringify([account.namespace, account.name, question]);
    const known = kept.get(key);
    if (known !== undefined && now() < known.until) return known.answer;
    const answer = review(account, question).catch(() => {
      kept.delete(key);
      return false;
    });
    if (kept.size >= MAXIMUM_KEPT) kept.clear();
    kept.set(key, { until: now() + keepMilliseconds, answer });
    return answer;
  };

  const mayGet = async (account: ServiceAccountName, object: ObjectReference): Promise<boolean> => {
    const question = questionAbout(object);
    if (question === undefined) return false;
    return (await ask(account, question)) || ask(account, { ...question, name: object.name });
  };

  const hiddenAlike = async (account: ServiceAccountName, alike: readonly ObjectReference[]) => {
    const [question] = alike.map(questionAbout);
    if (question !== undefined && (await ask(account, question))) return [];
    const asked = alike.slice(0, MAXIMUM_SINGLE_REVIEWS);
    const answers = await Promise.all(asked.map((object) => mayGet(account, object)));
    return alike.filter((_, index) => answers[index] !== true);
  };

  return {
    mayGet,
    async hidden(account, objects) {
      const groups = Map.groupBy(objects, ({ kind, namespace }) => `${kind} ${namespace}`);
      const hidden = await Promise.all([...groups.values()].map((alike) => hiddenAlike(account, alike)));
      return hidden.flat();
    },
  };
}

/** Reviews by the API server. */
export const createReview =
  (client: Pick<Client, 'create'>): Review =>
  async ({ namespace, name }, question) => {
    const answer = await client.create(SUBJECT_ACCESS_REVIEWS, {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: {},
      spec: {
        user: `system:serviceaccount:${namespace}:${name}`,
        groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
        resourceAttributes: { verb: 'get', ...question },
      },
    });
    return (answer.status as { allowed?: boolean } | undefined)?.allowed === true;
  };
