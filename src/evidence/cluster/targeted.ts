import { type Lookup, mapLookup } from '../../diagnosis/model/lookup.ts';
import type { Client } from '../../kubernetes/client.ts';
import { take } from './failed-looks.ts';
import { KINDS, type Kind, type ObjectsByKind } from './kinds.ts';
import type { ClusterReader, Scope } from './reader.ts';
import { byKey, inScope } from './scope.ts';

/** Pods are large; of all else a page holds what a large cluster has in few requests. */
const PODS_PER_PAGE = 500;
const OBJECTS_PER_PAGE = 2_500;

type Selection = Pick<Scope, 'namespace' | 'labels'>;
type Objects = readonly ObjectsByKind[Kind][];

export interface TargetedReaderOptions {
  /** Of each request. */
  readonly deadlineMilliseconds?: number;
}

const selectorOf = (labels: Readonly<Record<string, string>> = {}): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');

const keyOf = (kind: Kind, { namespace = '', labels }: Selection): string =>
  `${kind} ${namespace} ${selectorOf(labels)}`;

/** Lists of which this one is a part, the widest first. */
const widerThan = ({ namespace, labels }: Selection): readonly Selection[] => [
  {},
  ...(namespace === undefined ? [] : [{ namespace }]),
  ...(labels === undefined ? [] : [{ labels }]),
];

const placeOf = (namespace: string | undefined) => (namespace === undefined ? {} : { namespace });

/** Single requests, without memory. */
function createRequests(client: Pick<Client, 'get' | 'list'>, options: TargetedReaderOptions) {
  return {
    async list(kind: Kind, { namespace, labels }: Selection): Promise<Lookup<Objects>> {
      const { resource } = KINDS[kind];
      const project: (raw: unknown) => ObjectsByKind[Kind] = KINDS[kind].project;
      const labelSelector = selectorOf(labels);
      const selection = {
        ...placeOf(namespace),
        ...(labelSelector === '' ? {} : { labelSelector }),
        limit: kind === 'Pod' ? PODS_PER_PAGE : OBJECTS_PER_PAGE,
      };
      const look = { verb: 'list', resource, namespace } as const;
      const listed = await take(look, () => client.list(resource, { ...options, ...selection }));
      return mapLookup(listed, (list) => (list?.items ?? []).map((raw) => project(raw)).sort(byKey));
    },
    get(
      kind: Kind,
      namespace: string | undefined,
      name: string,
    ): Promise<Lookup<ObjectsByKind[Kind] | undefined>> {
      const { resource, project } = KINDS[kind];
      const look = { verb: 'get', resource, namespace, name } as const;
      return take(look, async () =>
        project(await client.get(resource, { ...placeOf(namespace), name }, options)),
      );
    },
  };
}

/**
 * Reads from the API server what is asked for, each thing once: make a new one for each diagnosis. A list that is part
 * of one that was read already costs no request.
 */
export function createTargetedReader(
  client: Pick<Client, 'get' | 'list'>,
  options: TargetedReaderOptions = {},
): ClusterReader {
  const requests = createRequests(client, options);
  const lists = new Map<string, Promise<Lookup<Objects>>>();
  const objects = new Map<string, Promise<Lookup<ObjectsByKind[Kind] | undefined>>>();

  const readList = async (kind: Kind, selection: Selection): Promise<Lookup<Objects>> => {
    for (const wider of widerThan(selection)) {
      const known = await lists.get(keyOf(kind, wider));
      if (known?.ok) return known;
    }
    const key = keyOf(kind, selection);
    const list = lists.get(key) ?? requests.list(kind, selection);
    lists.set(key, list);
    return list;
  };

  return {
    async get<K extends Kind>(kind: K, { namespace, name }: { namespace?: string; name: string }) {
      const key = `${kind} ${namespace ?? ''} ${name}`;
      const object = objects.get(key) ?? requests.get(kind, namespace, name);
      objects.set(key, object);
      return object as Promise<Lookup<ObjectsByKind[K] | undefined>>;
    },
    async list<K extends Kind>(kind: K, scope: Scope = {}) {
      const { host: _, image: __, ...selection } = scope;
      const listed = await readList(kind, selection);
      return mapLookup(
        listed,
        (all) => all.filter((object) => inScope(kind, object, scope)) as ObjectsByKind[K][],
      );
    },
  };
}
