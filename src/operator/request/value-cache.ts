import { hasReason } from '../../kubernetes/api-error.ts';
import type { Client } from '../../kubernetes/client.ts';
import type { ApiObject } from '../../kubernetes/resources.ts';
import { CONFIG_MAPS, SECRETS } from '../../kubernetes/resources.ts';
import { MissingValue, type ReadValues, type ValueSource } from './values.ts';

const RESOURCES = { Secret: SECRETS, ConfigMap: CONFIG_MAPS } as const;

/** Below the 5 minutes within which a changed Secret must be seen. */
const LIFE_MILLISECONDS = 4 * 60_000;

interface Kept {
  readonly values: Promise<ReadonlyMap<string, Buffer> | undefined>;
  readonly goodUntil: number;
}

/** Secrets and ConfigMaps of requests: read one by one when they are needed, never listed or watched. */
export class ValueCache {
  readonly #client: Pick<Client, 'get'>;
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept>();

  constructor(client: Pick<Client, 'get'>, now: () => number = () => performance.now()) {
    this.#client = client;
    this.#now = now;
  }

  readerFor(namespace: string): ReadValues {
    return (source) => this.#read(namespace, source);
  }

  /** After a 401 or 403, or where a key is missing: whatever the namespace's requests use is read anew. */
  forget(namespace: string): void {
    for (const key of this.#kept.keys()) if (key.startsWith(`${namespace}/`)) this.#kept.delete(key);
  }

  #read(namespace: string, source: ValueSource): Kept['values'] {
    const key = `${namespace}/${source.kind}/${source.name}`;
    const now = this.#now();
    const known = this.#kept.get(key);
    if (known !== undefined && known.goodUntil > now) return known.values;
    const values = fetchValues(this.#client, namespace, source).catch((error: unknown) => {
      // While the API server cannot be reached, what was good goes on to be used.
      if (known === undefined || error instanceof MissingValue) throw error;
      return known.values;
    });
    this.#prune(now - LIFE_MILLISECONDS);
    this.#kept.set(key, { values, goodUntil: now + LIFE_MILLISECONDS });
    // What is not there may be there at the next look.
    const drop = () => this.#kept.delete(key);
    values.then((found) => found === undefined && drop(), drop);
    return values;
  }

  #prune(before: number): void {
    for (const [key, { goodUntil }] of this.#kept) if (goodUntil < before) this.#kept.delete(key);
  }
}

async function fetchValues(
  client: Pick<Client, 'get'>,
  namespace: string,
  { kind, name }: ValueSource,
): Kept['values'] {
  try {
    return valuesOf(await client.get(RESOURCES[kind], { namespace, name }));
  } catch (error) {
    if (hasReason(error, 'NotFound')) return undefined;
    if (hasReason(error, 'Forbidden'))
      throw new MissingValue('SecretForbidden', forbidden(kind, name, namespace));
    throw error;
  }
}

const forbidden = (kind: ValueSource['kind'], name: string, namespace: string): string =>
  `The operator may not read ${kind} ${name}: apply deploy/addons/secrets, or bind its ClusterRole in namespace ${namespace}.`;

function valuesOf({ data, binaryData, kind }: ApiObject): ReadonlyMap<string, Buffer> {
  const encoding = kind === 'ConfigMap' ? 'utf8' : 'base64';
  return new Map([...entries(data, encoding), ...entries(binaryData, 'base64')]);
}

const entries = (values: unknown, encoding: BufferEncoding): [string, Buffer][] =>
  Object.entries((values ?? {}) as Record<string, string>).map(([key, text]) => [
    key,
    Buffer.from(text, encoding),
  ]);
