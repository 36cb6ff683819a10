// Writes docs/licenses.md: what the image holds of others, by the lock file.
import { readFileSync, writeFileSync } from 'node:fs';
import { ROOT } from './crd.ts';

export const LICENSES = 'docs/licenses.md';

export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly license: string;
}

interface LockFile {
  readonly packages: Readonly<
    Record<string, { version: string; license?: string; dev?: boolean; devOptional?: boolean }>
  >;
}

/** Packages that run in production, each version once, in order. */
export function productionPackages(): readonly LockedPackage[] {
  const { packages } = JSON.parse(readFileSync(new URL('package-lock.json', ROOT), 'utf8')) as LockFile;
  const lines = Object.entries(packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
    .map(([path, { version, license = 'none' }]) => ({
      name: path.replace(/^.*node_modules\//, ''),
      version,
      license,
    }));
  const unique = new Map(lines.map((each) => [`${each.name}@${each.version}`, each]));
  return [...unique].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, each]) => each);
}

/** The text of docs/licenses.md. */
export const licenses = (): string =>
  [
    '# Licences',
    '',
    'What the image holds beside the project itself (Apache-2.0, see LICENSE), Node and its base image. By `npm run generate` from `package-lock.json`;',
    '`make sbom` writes the same as CycloneDX.',
    '',
    '| package | version | licence |',
    '| --- | --- | --- |',
    ...productionPackages().map(({ name, version, license }) => `| ${name} | ${version} | ${license} |`),
    '',
  ].join('\n');

if (import.meta.main) writeFileSync(new URL(LICENSES, ROOT), licenses());
