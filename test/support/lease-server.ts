import type { Exchange } from './scripted-api-server.ts';

interface StoredObject {
  readonly metadata: { readonly name: string; readonly resourceVersion: string; readonly uid: string };
  readonly [field: string]: unknown;
}

/** Leases in memory with the API server's rules for creation, resourceVersion and preconditions. */
export class LeaseServer {
  readonly objects = new Map<string, StoredObject>();
  #version = 0;

  readonly answer = (exchange: Exchange): void => {
    const { path, body, method } = exchange;
    const stored = this.objects.get(path);
    if (method === 'POST') this.#create(exchange, body as StoredObject);
    else if (stored === undefined) this.#list(exchange);
    else if (method === 'PUT') this.#update(exchange, stored, body as StoredObject);
    else if (method === 'DELETE') this.#delete(exchange, stored);
    else exchange.json(stored);
  };

  #create(exchange: Exchange, object: StoredObject): void {
    const path = `${exchange.path}/${object.metadata.name}`;
    if (this.objects.has(path)) exchange.status(409, 'AlreadyExists');
    else exchange.json(this.#store(path, object, `uid-${this.#version}`), 201);
  }

  #update(exchange: Exchange, stored: StoredObject, object: StoredObject): void {
    const isCurrent = object.metadata.resourceVersion === stored.metadata.resourceVersion;
    if (isCurrent) exchange.json(this.#store(exchange.path, object, stored.metadata.uid));
    else exchange.status(409, 'Conflict');
  }

  #delete(exchange: Exchange, stored: StoredObject): void {
    const { preconditions = {} } = (exchange.body ?? {}) as {
      preconditions?: Readonly<Record<string, string>>;
    };
    const { uid, resourceVersion } = { ...stored.metadata, ...preconditions };
    if (uid === stored.metadata.uid && resourceVersion === stored.metadata.resourceVersion) {
      this.objects.delete(exchange.path);
      exchange.json({ kind: 'Status', status: 'Success' });
    } else exchange.status(409, 'Conflict');
  }

  #list(exchange: Exchange): void {
    const items = [...this.objects].filter(([path]) => path.startsWith(`${exchange.path}/`));
    const objects = items.map(([, object]) => object);
    if (exchange.path.endsWith('/leases')) exchange.list(objects, String(this.#version));
    else exchange.status(404, 'NotFound');
  }

  #store(path: string, object: StoredObject, uid: string): StoredObject {
    this.#version += 1;
    const stored = {
      ...object,
      metadata: { ...object.metadata, uid, resourceVersion: String(this.#version) },
    };
    this.objects.set(path, stored);
    return stored;
  }
}
