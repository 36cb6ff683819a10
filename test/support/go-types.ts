import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const KUBERNETES = fileURLToPath(new URL('../../hack/cluster/binaries/kubernetes/', import.meta.url));

/** The source of a file of a Go module, in the version of which the local cluster is built. */
export function goSource(module: string, file: string): string {
  const downloaded = execFileSync('go', ['mod', 'download', '-json', module], {
    cwd: KUBERNETES,
    encoding: 'utf8',
  });
  const { Dir } = JSON.parse(downloaded) as { readonly Dir: string };
  return readFileSync(join(Dir, file), 'utf8');
}

/** Names under which a struct of Go writes its own fields into JSON, what it inlines aside. */
export function jsonNames(source: string, struct: string): readonly string[] {
  const [, body] = new RegExp(`^type ${struct} struct \\{\\n([\\s\\S]*?)^\\}`, 'm').exec(source) ?? [];
  if (body === undefined) throw new Error(`There is no struct ${struct}.`);
  return [...body.matchAll(/`json:"([^",]+)/g)].map(([, name = '']) => name);
}
