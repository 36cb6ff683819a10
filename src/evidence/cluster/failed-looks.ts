import { couldNotLook, found, type Lookup } from '../../diagnosis/model/lookup.ts';
import type { NotCheckedReason } from '../../diagnosis/model/vocabulary.ts';
import { ApiError } from '../../kubernetes/api-error.ts';
import type { Resource } from '../../kubernetes/resources.ts';

/** What was looked for, so that a failure can say it. */
export interface Look {
  readonly verb: 'get' | 'list';
  readonly resource: Pick<Resource, 'group' | 'plural' | 'namespaced'>;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string;
}

const REASONS: Readonly<Record<string, NotCheckedReason>> = {
  Forbidden: 'Forbidden',
  Unauthorized: 'Forbidden',
  NoCredentials: 'NoCredentials',
  TooManyRequests: 'Throttled',
  Timeout: 'Timeout',
};

/** How the API server says that it does not know the path at all, as opposed to one object under it. */
const UNKNOWN_PATH = /404 page not found|could not find the requested resource/;

const isUnknownResource = ({ status, message }: ApiError, verb: Look['verb']): boolean =>
  status === 404 && (verb !== 'get' || UNKNOWN_PATH.test(message));

function reasonOf(error: unknown, { verb }: Look): NotCheckedReason {
  if (!(error instanceof ApiError)) return 'Failed';
  if (isUnknownResource(error, verb)) return 'NotInstalled';
  return REASONS[error.reason] ?? 'Failed';
}

/** As people name it: of two resources of the same name, the one that is not Kubernetes' own with its group. */
export const resourceName = ({ group, plural }: Pick<Resource, 'group' | 'plural'>): string =>
  group === 'metrics.k8s.io' ? `${plural}.${group}` : plural;

function wanted({ verb, resource, namespace, name, subresource }: Look): string {
  const named = resourceName(resource);
  const what = subresource === undefined ? named : `${named}/${subresource}`;
  const which = name === undefined ? what : `${what} ${name}`;
  if (!resource.namespaced) return `${verb} ${which}`;
  return `${verb} ${which} in ${namespace === undefined ? 'all namespaces' : `namespace ${namespace}`}`;
}

function sentence(reason: NotCheckedReason, look: Look, error: unknown): string {
  if (reason === 'Forbidden') return `Forbidden: may not ${wanted(look)}`;
  if (reason === 'NotInstalled')
    return `The cluster does not know ${look.resource.plural} of ${look.resource.group}`;
  if (reason === 'Throttled') return `The API server asks to wait before the next ${wanted(look)}`;
  if (reason === 'Timeout') return `No answer in time to ${wanted(look)}`;
  if (reason === 'NoCredentials') return `No credentials to ${wanted(look)}`;
  return `Could not ${wanted(look)}: ${error instanceof ApiError ? error.reason : 'unexpected error'}`;
}

/** The one place where an error of the API becomes a reason why nobody could look. */
export function failedLook(error: unknown, look: Look): Lookup<never> {
  const reason = reasonOf(error, look);
  return couldNotLook(reason, sentence(reason, look, error));
}

/** True for the 404 of one object: it was looked for and is not there. */
const isAbsent = (error: unknown, look: Look): boolean =>
  error instanceof ApiError && error.status === 404 && !isUnknownResource(error, look.verb);

/** Takes a look; an object's 404 is an absence that was seen. */
export async function take<T>(look: Look, ask: () => Promise<T>): Promise<Lookup<T | undefined>> {
  try {
    return found(await ask());
  } catch (error) {
    return isAbsent(error, look) ? found(undefined) : failedLook(error, look);
  }
}
