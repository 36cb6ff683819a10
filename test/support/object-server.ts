import { KINDS } from '../../src/evidence/cluster/kinds.ts';
import type { RawObject } from '../../src/evidence/cluster/objects.ts';
import { apiVersionOf, type Resource } from '../../src/kubernetes/resources.ts';
import { type Exchange, type ScriptedApiServer, startScriptedApiServer } from './scripted-api-server.ts';

/** How requests for a kind fail; `unknown` answers as a server that does not have the resource at all. */
export type Fault = 'forbidden' | 'throttled' | 'silent' | 'broken' | 'unknown';

export interface ObjectServer {
  readonly url: string;
  /** Paths that were asked for, in order. */
  readonly asked: readonly string[];
  /** Those of them that were lists, not watches and not single objects. */
  readonly listed: readonly string[];
  close(): Promise<void>;
}

interface Asked {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

const RESOURCES = Object.values(KINDS).map(({ resource }) => resource);

function parse(path: string): Asked | undefined {
  const [root, ...rest] = path.slice(1).split('/').map(decodeURIComponent);
  const version = rest.splice(0, root === 'api' ? 1 : 2).join('/');
  const namespace = rest[0] === 'namespaces' && rest.length > 2 ? rest.splice(0, 2)[1] : undefined;
  const [plural, name] = rest;
  const resource = RESOURCES.find((each) => each.plural === plural && apiVersionOf(each) === version);
  return resource && { resource, namespace, name };
}

function isAsked(
  { kind, metadata }: RawObject,
  { resource, namespace, name }: Asked,
  selector = '',
): boolean {
  const { labels = {} } = metadata as { labels?: Record<string, string> };
  const pairs = selector === '' ? [] : selector.split(',').map((pair) => pair.split('='));
  return (
    kind === resource.kind &&
    (namespace === undefined || metadata.namespace === namespace) &&
    (name === undefined || metadata.name === name) &&
    pairs.every(([key = '', value]) => labels[key] === value)
  );
}

/** So long that no client waits for it. */
const LATER = { 'retry-after': '3600' };

const FAULTS: Readonly<Record<Fault, (exchange: Exchange) => void>> = {
  forbidden: (exchange) => exchange.status(403, 'Forbidden'),
  throttled: (exchange) => exchange.status(429, 'TooManyRequests', LATER),
  broken: (exchange) => exchange.status(500, 'InternalError', LATER),
  unknown: (exchange) => exchange.send('404 page not found\n', 404),
  silent: () => {},
};

/** An API server that holds these objects and answers get, list and watch; requests for some kinds fail. */
export async function startObjectServer(
  objects: readonly RawObject[],
  faults: Readonly<Record<string, Fault>> = {},
): Promise<ObjectServer> {
  const server: ScriptedApiServer = await startScriptedApiServer();
  const paths: string[] = [];
  const lists: string[] = [];
  server.answerAll((exchange) => {
    const { path, query } = exchange;
    paths.push(path);
    const asked = parse(path);
    if (asked === undefined) return exchange.send('404 page not found\n', 404);
    const fault = faults[asked.resource.kind];
    if (fault !== undefined) return FAULTS[fault](exchange);
    const found = objects.filter((object) => isAsked(object, asked, query.labelSelector));
    if (query.watch === 'true') return exchange.stream().initialEvents(found, '1');
    if (asked.name === undefined) lists.push(path);
    // As a real server does, a list leaves out kind and apiVersion of its items.
    const items = found.map(({ kind: _, apiVersion: __, ...rest }) => rest);
    if (asked.name === undefined) return exchange.list(items, '1');
    return found[0] === undefined ? exchange.status(404, 'NotFound') : exchange.json(found[0]);
  });
  return { url: server.url, asked: paths, listed: lists, close: () => server.close() };
}
