import type { Logger } from 'pino';
import type { ApiError } from '../kubernetes/api-error.ts';
import type { ReflectorState } from '../kubernetes/follower.ts';

/** Tells once when watches fail and once when they work again, however many of them there are. */
export function createLinkLog(log: Logger): (resource: string, state: ReflectorState) => void {
  const failing = new Map<string, string>();
  return (resource, { watching, lastError }) => {
    if (lastError === undefined) {
      if (!watching || !failing.delete(resource) || failing.size > 0) return;
      log.info('All watches on the API server work again');
      return;
    }
    const what = sentence(resource, lastError);
    const isKnown = [...failing.values()].includes(what);
    failing.set(resource, what);
    if (!isKnown) log.warn(`${what}; it is tried again`);
  };
}

/** One sentence for all watches where the API server cannot be reached, and one for each that it refuses. */
function sentence(resource: string, { reason, message, verb, path }: ApiError): string {
  const plain = message.replace(`${verb} ${path}: `, '');
  return reason === 'Unreachable' ? plain : `Cannot watch ${resource}: ${plain}`;
}

/** Tells why a Lease could not be renewed: each reason once, and again only after it was renewed meanwhile. */
export function createLeaseLog(log: Logger): {
  readonly failed: (error: unknown) => void;
  readonly changed: () => void;
} {
  let told = '';
  return {
    failed(error) {
      const { message } = error as Error;
      if (message !== told) log.warn(`The Lease of this replica could not be renewed: ${message}`);
      told = message;
    },
    changed() {
      told = '';
    },
  };
}
