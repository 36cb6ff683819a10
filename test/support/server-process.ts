import { execFileSync, spawn } from 'node:child_process';
import { openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiServer } from './apiserver.ts';

/** What an API server without a node consists of. */
export type ServerProcess = 'kube-apiserver' | 'etcd';

/**
 * Whether it still holds its ports: one that ended is listed until somebody asks how, and its last thread, which may end
 * after the first, closes them.
 */
function isRunning(pid: string): boolean {
  try {
    return (
      !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')) || readdirSync(`/proc/${pid}/task`).length > 1
    );
  } catch {
    return false;
  }
}

/** Ends a process of the API server without warning; gives what starts it again as it was. */
export async function crash(
  { directory }: Pick<ApiServer, 'directory'>,
  name: ServerProcess,
): Promise<() => void> {
  const books = join(directory, `${name}.process`);
  const [pid = ''] = readFileSync(books, 'utf8').split(' ');
  const [program = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  process.kill(Number(pid), 'SIGKILL');
  while (isRunning(pid)) await sleep(10);
  return () => {
    const log = openSync(join(directory, `${name}.log`), 'a');
    const { pid: next } = spawn(program, args, { detached: true, stdio: ['ignore', log, log] });
    // In the books of hack/cluster/apiserver.sh, which will end it.
    const startTime = execFileSync('cut', ['-d ', '-f22', `/proc/${next}/stat`], { encoding: 'utf8' }).trim();
    writeFileSync(books, `${next} ${startTime}\n`);
  };
}
