import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FIXTURES = join(ROOT, 'test/fixtures/statusprobes');

/** One StatusProbe in a file that bears its name. */
export interface ManifestFile {
  readonly path: string;
  readonly manifest: { readonly metadata: { readonly name: string }; readonly spec: Record<string, unknown> };
  readonly text: string;
}

/** What is said about a manifest that breaks one rule, by the API server and where there is none. */
export interface InvalidManifestFile extends ManifestFile {
  readonly apiServer: readonly string[];
  readonly offline: string;
}

export const validManifests = (): ManifestFile[] => filesIn(join(FIXTURES, 'valid'));

export const sampleManifests = (): ManifestFile[] => filesIn(join(ROOT, 'deploy/samples'));

/** The sentences stand in the comments above the manifest. */
export function invalidManifests(): InvalidManifestFile[] {
  return filesIn(join(FIXTURES, 'invalid')).map((file) => ({
    ...file,
    apiServer: comments(file.text, 'API server'),
    offline: comments(file.text, 'Offline').join('\n'),
  }));
}

function filesIn(directory: string): ManifestFile[] {
  return readdirSync(directory)
    .sort()
    .map((name) => {
      const path = join(directory, name);
      const text = readFileSync(path, 'utf8');
      return { path, text, manifest: parse(text) };
    });
}

function comments(text: string, label: string): string[] {
  const start = `# ${label}: `;
  return text
    .split('\n')
    .filter((line) => line.startsWith(start))
    .map((line) => line.slice(start.length));
}
