import { expect, test } from 'vitest';
import { referenceTo } from '../diagnosis/model/reference.ts';
import { type AccessQuestion, createAccessReviews, createReview } from './access-reviews.ts';

const account = { namespace: 'monitoring', name: 'default' };
const object = (kind: string, name: string) => referenceTo({ kind, namespace: 'shop', name }, 'monitoring');

function reviews(allows: (question: AccessQuestion) => boolean) {
  const clock = { now: 0 };
  const asked: string[] = [];
  const review = async (_: unknown, question: AccessQuestion) => {
    asked.push(`${question.resource} ${question.name ?? '*'}`);
    return allows(question);
  };
  return { clock, asked, ...createAccessReviews({ review, now: () => clock.now }) };
}

test('a permission for all of a kind is asked once, and again after five minutes', async () => {
  const { mayGet, asked, clock } = reviews(() => true);
  expect(await mayGet(account, object('Service', 'cart'))).toBe(true);
  expect(await mayGet(account, object('Service', 'shop'))).toBe(true);
  clock.now = 299_999;
  await mayGet(account, object('Service', 'cart'));
  expect(asked).toEqual(['services *']);
  clock.now = 300_000;
  await mayGet(account, object('Service', 'cart'));
  expect(asked).toEqual(['services *', 'services *']);
});

test('a permission for one object shows that one', async () => {
  const { hidden, asked } = reviews(({ name }) => name === 'cart');
  const pods = [object('Pod', 'cart'), object('Pod', 'other')];
  expect(await hidden(account, [...pods, object('Service', 'shop')])).toEqual([
    pods[1],
    object('Service', 'shop'),
  ]);
  expect(asked.sort()).toEqual(['pods *', 'pods cart', 'pods other', 'services *', 'services shop']);
});

test('many objects without a permission for all of them are hidden, and not asked for one by one', async () => {
  const { hidden, asked } = reviews(({ name }) => name !== undefined);
  const pods = Array.from({ length: 25 }, (_, index) => object('Pod', `pod-${index}`));
  expect(await hidden(account, pods)).toEqual(pods.slice(20));
  expect(asked).toHaveLength(21);
});

test('an unknown kind is hidden', async () => {
  expect(await reviews(() => true).mayGet(account, object('Rollout', 'shop'))).toBe(false);
});

test('what cannot be reviewed is hidden, and is asked again the next time', async () => {
  const answers = [false, true];
  const { mayGet } = createAccessReviews({
    review: async () => {
      if (answers.shift() === true) return true;
      throw new Error('no answer');
    },
    now: () => 0,
  });
  expect(await mayGet(account, { ...object('Service', 'shop') })).toBe(true);
});

test('the API server is asked for the account as it would authenticate', async () => {
  const sent: unknown[] = [];
  const review = createReview({
    create: async (_, body) => {
      sent.push(body.spec);
      return { metadata: {}, status: { allowed: true } };
    },
  });
  const question = { group: '', resource: 'pods', namespace: 'shop', name: 'cart' };
  expect(await review(account, question)).toBe(true);
  expect(sent).toEqual([
    {
      user: 'system:serviceaccount:monitoring:default',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:monitoring', 'system:authenticated'],
      resourceAttributes: { verb: 'get', ...question },
    },
  ]);
});
