import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { RawObject } from './objects.ts';

/** Files of a dump that hold no Kubernetes objects. */
const OTHER_FILES: ReadonlySet<string> = new Set(['observation.yaml', 'expected.yaml', 'aws.yaml']);

/** A dump that cannot be read, as one sentence for whoever passed it. */
export class DumpError extends Error {
  override readonly name = 'DumpError';
}

/** All documents of a YAML (or JSON) file. Throws DumpError. */
export async function readYaml(file: string): Promise<readonly unknown[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new DumpError(`${file} cannot be read: ${(cause as NodeJS.ErrnoException).code ?? cause}.`, {
      cause,
    });
  });
  return file.endsWith('.json') ? [parseJSON(text, file)] : parseYAML(text, file);
}

/** Dumps of whole clusters are large: as YAML they would take minutes. */
function parseJSON(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DumpError(`${file} is not valid JSON: ${(cause as Error).message}.`, { cause });
  }
}

function parseYAML(text: string, file: string): readonly unknown[] {
  return [parseAllDocuments(text)].flat().map((document) => {
    const [error] = document.errors;
    if (error !== undefined)
      throw new DumpError(`${file} is not valid YAML: ${error.message.split('\n')[0]}`);
    return document.toJS() as unknown;
  });
}

function isRawObject(value: unknown): value is RawObject {
  const { apiVersion, kind, metadata } = (value ?? {}) as Partial<RawObject>;
  return typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string';
}

interface WrittenList {
  readonly apiVersion?: string;
  readonly kind?: unknown;
  readonly items?: readonly object[] | null;
}

/** Items of a list of one kind may leave out what the list says already. */
function itemsOf({ apiVersion, kind, items }: WrittenList): readonly object[] {
  const [, itemKind] = /^(.+)List$/.exec(String(kind)) ?? [];
  return (items ?? []).map((item) =>
    itemKind === undefined ? item : { apiVersion, kind: itemKind, ...item },
  );
}

/** The objects of a document: itself, or the items of a list. Throws DumpError. */
export function objectsIn(document: unknown, file: string): readonly RawObject[] {
  if (document === null || document === undefined) return [];
  const list = document as WrittenList;
  if (list.items !== undefined && String(list.kind).endsWith('List'))
    return itemsOf(list).flatMap((item) => objectsIn(item, file));
  if (!isRawObject(document)) {
    throw new DumpError(`${file} holds something without apiVersion, kind and metadata.name.`);
  }
  return [document];
}

/** Every Kubernetes object in the YAML and JSON files of a folder. Throws DumpError. */
export async function readDump(folder: string): Promise<readonly RawObject[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new DumpError(`${folder} is not a folder that can be read.`, { cause });
  });
  const files = names.filter((name) => /\.(ya?ml|json)$/.test(name) && !OTHER_FILES.has(name)).sort();
  const objects = await Promise.all(
    files.map(async (name) => {
      const file = path.join(folder, name);
      return (await readYaml(file)).flatMap((document) => objectsIn(document, file));
    }),
  );
  return objects.flat();
}
