import { STATUS_PROBE } from '../api/generated.ts';
import { hasReason } from '../kubernetes/api-error.ts';
import type { Client } from '../kubernetes/client.ts';
import { SUBJECT_ACCESS_REVIEWS, TOKEN_REVIEWS } from '../kubernetes/resources.ts';
import type { Reviews, User } from '../web/viewers.ts';

function lackOfRights(error: unknown): never {
  if (!hasReason(error, 'Forbidden')) throw error;
  throw new Error('statusprobe may not review who asks: deploy/addons/web gives it the right', {
    cause: error,
  });
}

/** Whom a page is shown to, as the API server knows them; takes the rights of deploy/addons/web. */
export const createWebReviews = (client: Pick<Client, 'create'>): Reviews => ({
  async userOf(token) {
    const review = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      metadata: {},
      spec: { token },
    };
    const { status } = await client.create(TOKEN_REVIEWS, review).catch(lackOfRights);
    const { authenticated, user } = status as { readonly authenticated?: boolean; readonly user?: User };
    return authenticated === true ? user : undefined;
  },
  async mayList({ username, ...user }, namespace) {
    const { group, plural } = STATUS_PROBE;
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: {},
      spec: {
        ...user,
        user: username,
        resourceAttributes: { verb: 'list', group, resource: plural, ...(namespace && { namespace }) },
      },
    };
    const { status } = await client.create(SUBJECT_ACCESS_REVIEWS, review).catch(lackOfRights);
    return (status as { readonly allowed?: boolean }).allowed === true;
  },
});
