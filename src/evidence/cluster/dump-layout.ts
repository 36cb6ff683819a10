import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { couldNotLook } from '../../diagnosis/model/lookup.ts';
import { apiVersionOf } from '../../kubernetes/resources.ts';
import { objectsIn, readDump, readYaml } from './dump.ts';
import { resourceName } from './failed-looks.ts';
import { KINDS, type Kind } from './kinds.ts';
import { createObjectsReader, type RawObject } from './objects.ts';
import type { ClusterReader } from './reader.ts';

/** Where a tool that dumps whole clusters puts the objects of a kind. */
interface Layout {
  /** Path without its ending, below the folder. */
  place(kind: Kind, namespace: string | undefined): string;
  /** Folders whose entries are named after namespaces. */
  readonly namespaces: readonly string[];
  readonly folder: string;
}

/** A file of objects of one kind, of one namespace where the kind is namespaced. */
interface DumpedFile {
  readonly kind: Kind;
  readonly namespace?: string;
  readonly file: string;
}

/** Every cluster has them, and nobody asks for them by name: a dump that holds them holds all namespaces. */
const SYSTEM_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease'];

const ENDINGS = ['.json', '.yaml', '.yml'];
const ENDING = /\.(json|ya?ml)$/;

/** Folders of `cluster-resources` that are not named as the API names the resource. */
const OWN_NAMES: Partial<Record<Kind, string>> = { Ingress: 'ingress', IngressClass: 'ingress-classes' };

/** Groups that come with Kubernetes; those of custom resources stand below `custom-resources`. */
const isBuiltIn = (group: string): boolean =>
  !group.includes('.') || (group.endsWith('.k8s.io') && !group.startsWith('gateway.'));

function clusterResourcesPlace(kind: Kind): string {
  const { group, plural } = KINDS[kind].resource;
  return OWN_NAMES[kind] ?? (isBuiltIn(group) ? plural : `custom-resources/${plural}.${group}`);
}

const entriesOf = (folder: string) => readdir(folder, { withFileTypes: true }).catch(() => []);

const foldersIn = async (folder: string): Promise<readonly string[]> =>
  (await entriesOf(folder)).filter((entry) => entry.isDirectory()).map(({ name }) => name);

/** An empty file stands for a list that could not be read. */
const holdsSomething = async (file: string): Promise<boolean> =>
  stat(file).then(
    ({ size }) => size > 0,
    () => false,
  );

/** The first of these files that is there. */
async function existing(place: string): Promise<string | undefined> {
  for (const ending of ENDINGS) {
    if (await holdsSomething(`${place}${ending}`)) return `${place}${ending}`;
  }
  return undefined;
}

/** `kubectl cluster-info dump --output-directory`: `nodes.json`, `<namespace>/pods.json`… */
async function clusterInfoLayout(folder: string): Promise<Layout | undefined> {
  const all = await foldersIn(folder);
  const dumped = await Promise.all(all.map((name) => existing(path.join(folder, name, 'pods'))));
  const namespaces = all.filter((_, index) => dumped[index] !== undefined);
  if (namespaces.length === 0) return undefined;
  const place = (kind: Kind, namespace = '') => path.join(namespace, KINDS[kind].resource.plural);
  return { folder, namespaces, place };
}

/** Support bundles of troubleshoot.sh: `cluster-resources/nodes.json`, `cluster-resources/pods/<namespace>.json`… */
async function supportBundleLayout(folder: string): Promise<Layout | undefined> {
  const below = (await foldersIn(folder)).map((name) => path.join(folder, name));
  const roots = [folder, ...below].flatMap((root) => [path.join(root, 'cluster-resources'), root]);
  for (const root of roots) {
    if (path.basename(root) !== 'cluster-resources') continue;
    const pods = await entriesOf(path.join(root, 'pods'));
    const namespaces = pods.flatMap(({ name }) => (ENDING.test(name) ? name.replace(ENDING, '') : []));
    if (namespaces.length === 0) continue;
    const place = (kind: Kind, namespace = '') => path.join(clusterResourcesPlace(kind), namespace);
    return { folder: root, namespaces, place };
  }
  return undefined;
}

/** What is measured and not stored is in no dump. */
const DUMPED = (Object.keys(KINDS) as Kind[]).filter((kind) => kind !== 'PodMetrics');

async function filesOf({ folder, namespaces, place }: Layout): Promise<readonly DumpedFile[]> {
  const fileOf = async (kind: Kind, namespace?: string): Promise<DumpedFile[]> => {
    const file = await existing(path.join(folder, place(kind, namespace)));
    return file === undefined ? [] : [{ kind, file, ...(namespace === undefined ? {} : { namespace }) }];
  };
  const files = DUMPED.flatMap((kind) =>
    KINDS[kind].resource.namespaced ? namespaces.map((namespace) => fileOf(kind, namespace)) : [fileOf(kind)],
  );
  return (await Promise.all(files)).flat();
}

/** Older bundles hold bare arrays of objects that do not say what they are. */
async function objectsOf({ kind, file }: DumpedFile): Promise<readonly RawObject[]> {
  const apiVersion = apiVersionOf(KINDS[kind].resource);
  const documents = await readYaml(file);
  return documents.flatMap((document) =>
    objectsIn(
      Array.isArray(document) ? { apiVersion, kind: `${kind}List`, items: document } : document,
      file,
    ),
  );
}

function covers(files: readonly DumpedFile[], kind: Kind, namespace: string | undefined): boolean {
  const dumped = files.filter((file) => file.kind === kind).map((file) => file.namespace);
  if (!KINDS[kind].resource.namespaced) return dumped.length > 0;
  if (namespace !== undefined) return dumped.includes(namespace);
  return SYSTEM_NAMESPACES.every((each) => dumped.includes(each));
}

/** What was not dumped is not missing: nobody looked. */
function withinDump(reader: ClusterReader, files: readonly DumpedFile[]): ClusterReader {
  const outside = (kind: Kind, namespace: string | undefined) => {
    if (covers(files, kind, namespace)) return undefined;
    const where = namespace === undefined ? 'not of all namespaces' : `not of namespace ${namespace}`;
    const place = KINDS[kind].resource.namespaced && files.some((file) => file.kind === kind) ? where : 'not';
    return couldNotLook('NotConfigured', `${resourceName(KINDS[kind].resource)} are ${place} in the dump`);
  };
  return {
    get: async (kind, key) => outside(kind, key.namespace) ?? reader.get(kind, key),
    list: async (kind, scope) => outside(kind, scope?.namespace) ?? reader.list(kind, scope),
  };
}

/**
 * A saved cluster: a folder of manifests, which is the whole cluster, or what `kubectl cluster-info dump` or
 * troubleshoot.sh wrote, which is a part of one. Throws DumpError.
 */
export async function openDump(folder: string): Promise<ClusterReader> {
  const layout = (await supportBundleLayout(folder)) ?? (await clusterInfoLayout(folder));
  if (layout === undefined) return createObjectsReader(await readDump(folder));
  const files = await filesOf(layout);
  const objects = await Promise.all(files.map(objectsOf));
  return withinDump(createObjectsReader(objects.flat()), files);
}
