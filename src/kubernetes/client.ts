import { ApiError, isExpired } from './api-error.ts';
import { type Page, type PageOptions, readPages } from './pages.ts';
import { type ApiObject, type ObjectReference, PODS, pathOf, type Resource } from './resources.ts';
import type { ApiRequest, Transport } from './transport.ts';

/** Limits of one call. */
export type CallOptions = Pick<ApiRequest, 'signal' | 'deadlineMilliseconds' | 'urgent' | 'fence'>;

export interface ApplyOptions extends CallOptions {
  readonly fieldManager: string;
  /** Takes over fields that another manager holds. */
  readonly force?: boolean;
  /** `Ignore` spares the API server a second reading of the object, in which it looks for unknown fields. */
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
}

export interface DeleteOptions extends CallOptions {
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

export interface PodLogOptions extends CallOptions {
  readonly container?: string;
  readonly previous?: boolean;
  readonly tailLines: number;
  /** The server cuts after so many bytes. */
  readonly limitBytes: number;
}

/** Kubernetes verbs on raw JSON objects; every failure is an ApiError, or the signal's own reason. */
export interface Client {
  get(resource: Resource, reference: NamedReference, options?: CallOptions): Promise<ApiObject>;
  /** All pages; starts over when the server forgets the list half-way. */
  list(resource: Resource, options?: PageOptions): Promise<Page>;
  create(resource: Resource, object: ApiObject, options?: CallOptions): Promise<ApiObject>;
  /** Replaces the object, at the resourceVersion that it carries. */
  update(resource: Resource, object: ApiObject, options?: CallOptions): Promise<ApiObject>;
  /** Server-side apply; metadata.resourceVersion, where given, is a precondition. */
  apply(resource: Resource, object: ApiObject, options: ApplyOptions): Promise<ApiObject>;
  applyStatus(resource: Resource, object: ApiObject, options: ApplyOptions): Promise<ApiObject>;
  patch(
    resource: Resource,
    reference: NamedReference,
    patch: Patch,
    options?: CallOptions,
  ): Promise<ApiObject>;
  delete(resource: Resource, reference: NamedReference, options?: DeleteOptions): Promise<void>;
  podLogs(reference: NamedReference, options: PodLogOptions): Promise<string>;
}

export interface NamedReference extends ObjectReference {
  readonly name: string;
}

/** `type` is the `merge` of `application/merge-patch+json`. */
export interface Patch {
  readonly type: 'merge' | 'json' | 'strategic-merge';
  readonly body: unknown;
}

export function createClient(transport: Transport): Client {
  const send = async (request: ApiRequest): Promise<ApiObject> => {
    const answer = await transport.request(request);
    if (isObject(answer)) return answer;
    const { verb, path } = request;
    throw new ApiError({ verb, path, reason: 'InvalidResponse', message: 'the answer is not an object' });
  };

  const apply = (
    path: string,
    object: ApiObject,
    { fieldManager, force, fieldValidation, ...call }: ApplyOptions,
  ) =>
    send({
      verb: 'patch',
      path,
      query: { fieldManager, force, fieldValidation },
      body: object,
      contentType: 'application/apply-patch+yaml',
      ...call,
    });

  return {
    get: (resource, reference, call) => send({ verb: 'get', path: pathOf(resource, reference), ...call }),
    list: (resource, options) => listAll(transport, resource, options ?? {}),
    create: (resource, object, call) =>
      send({ verb: 'create', path: collectionOf(resource, object), body: object, ...call }),
    update: (resource, object, call) =>
      send({ verb: 'update', path: pathOf(resource, nameOf(object)), body: object, ...call }),
    apply: (resource, object, options) => apply(pathOf(resource, nameOf(object)), object, options),
    applyStatus: (resource, object, options) =>
      apply(pathOf(resource, { ...nameOf(object), subresource: 'status' }), object, options),
    patch: (resource, reference, { type, body }, call) =>
      send({
        verb: 'patch',
        path: pathOf(resource, reference),
        body,
        contentType: `application/${type}-patch+json`,
        ...call,
      }),
    async delete(resource, reference, { preconditions, ...call } = {}) {
      const path = pathOf(resource, reference);
      await transport.request({ verb: 'delete', path, body: { preconditions }, ...call });
    },
    podLogs: (reference, options) => readPodLogs(transport, reference, options),
  };
}

/** How often a list is begun anew when the server forgets it half-way. */
const LIST_RESTARTS = 2;

async function listAll(
  transport: Transport,
  resource: Resource,
  options: PageOptions,
  restarts = LIST_RESTARTS,
): Promise<Page> {
  try {
    return await listOnce(transport, resource, options);
  } catch (error) {
    if (!isExpired(error) || restarts === 0) throw error;
    return listAll(transport, resource, options, restarts - 1);
  }
}

async function listOnce(transport: Transport, resource: Resource, options: PageOptions): Promise<Page> {
  const items: ApiObject[] = [];
  let resourceVersion = '';
  for await (const page of readPages(transport, resource, options)) {
    for (const item of page.items) items.push(item);
    resourceVersion = page.resourceVersion;
  }
  return { items, resourceVersion };
}

async function readPodLogs(
  transport: Transport,
  reference: NamedReference,
  options: PodLogOptions,
): Promise<string> {
  const { container, previous, tailLines, limitBytes, ...call } = options;
  const chunks = await transport.stream({
    verb: 'get',
    path: pathOf(PODS, { ...reference, subresource: 'log' }),
    query: { container, previous, tailLines, limitBytes },
    inactivityMilliseconds: 10_000,
    ...call,
  });
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString('utf8');
}

function nameOf({ kind, metadata }: ApiObject): NamedReference {
  const { namespace, name } = metadata;
  if (name === undefined) throw new TypeError(`${kind ?? 'The object'} has no metadata.name.`);
  return namespace === undefined ? { name } : { namespace, name };
}

const collectionOf = (resource: Resource, { metadata: { namespace } }: ApiObject): string =>
  pathOf(resource, namespace === undefined ? {} : { namespace });

const isObject = (value: unknown): value is ApiObject => typeof value === 'object' && value !== null;
