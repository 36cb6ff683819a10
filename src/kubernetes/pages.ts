import { ApiError } from './api-error.ts';
import { type ApiObject, apiVersionOf, isApiObject, pathOf, type Resource } from './resources.ts';
import type { ApiRequest, Transport } from './transport.ts';

export interface PageOptions extends Pick<ApiRequest, 'signal' | 'deadlineMilliseconds' | 'urgent'> {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Objects per page: 500. */
  readonly limit?: number;
}

export interface Page {
  readonly items: readonly ApiObject[];
  /** The same on every page: the moment of the whole list. */
  readonly resourceVersion: string;
}

interface RawList {
  readonly metadata?: { readonly resourceVersion?: unknown; readonly continue?: unknown };
  readonly items?: unknown;
}

/** A list page by page. Fails with `Expired` when the server forgets it half-way. */
export async function* readPages(
  transport: Transport,
  resource: Resource,
  { namespace, labelSelector, fieldSelector, limit = 500, ...call }: PageOptions,
): AsyncGenerator<Page> {
  const path = pathOf(resource, namespace === undefined ? {} : { namespace });
  let continueFrom: string | undefined;
  let resourceVersion: string | undefined;
  do {
    const query = { labelSelector, fieldSelector, limit, continue: continueFrom };
    const list = (await transport.request({ verb: 'list', path, query, ...call })) as RawList | null;
    if (!Array.isArray(list?.items)) {
      throw new ApiError({
        verb: 'list',
        path,
        reason: 'InvalidResponse',
        message: 'the answer is not a list',
      });
    }
    resourceVersion ??= textOf(list.metadata?.resourceVersion) ?? '';
    continueFrom = textOf(list.metadata?.continue);
    yield { items: list.items.filter(isApiObject).map((item) => withKind(resource, item)), resourceVersion };
  } while (continueFrom !== undefined);
}

/** Objects in a list carry no kind; objects on a watch do. */
const withKind = (resource: Resource, item: ApiObject): ApiObject => ({
  apiVersion: apiVersionOf(resource),
  kind: resource.kind,
  ...item,
});

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
