import { fileURLToPath } from 'node:url';
import type { StatusProbeStatus } from '../../src/api/generated.ts';
import { judgeFolder } from '../../src/wiring/saved-folder.ts';

/** The status that a folder of test/scenarios is judged with. */
export async function judgedScenario(name: string): Promise<StatusProbeStatus> {
  const folder = fileURLToPath(new URL(`../scenarios/${name}`, import.meta.url));
  return (await judgeFolder(undefined, { from: folder })).status;
}
