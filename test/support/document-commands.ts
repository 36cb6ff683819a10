import { readFileSync } from 'node:fs';

/** A command as a document shows it. */
export interface DocumentedCommand {
  readonly command: string;
  /** Why it cannot run in a test: from `<!-- not run by tests: REASON -->` before its block. */
  readonly notRun?: string;
}

const BLOCK = /(?:<!-- not run by tests: (?<notRun>.+?) -->\n)?^```sh\n(?<script>.*?)^```$/gms;

/** The commands of the `sh` blocks of a document, in their order; a line that ends with a backslash goes on. */
export function commandsIn(document: string, root: URL): DocumentedCommand[] {
  const text = readFileSync(new URL(document, root), 'utf8');
  return [...text.matchAll(BLOCK)].flatMap(({ groups }) =>
    (groups?.script ?? '')
      .replaceAll(/\\\n\s*/g, '')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((command) => ({ command, ...(groups?.notRun !== undefined && { notRun: groups.notRun }) })),
  );
}
