import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The processors that this process may use, by number. */
function allowed(): readonly number[] {
  const [, list = '0'] = /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/**
 * Leaves one processor to what is measured, and the others to this process and all that it starts: the API server and the
 * targets of a cluster have processors of their own. What comes back stands before a command that shall run on the one;
 * nothing where there is no second.
 */
export function setProcessorApart(): readonly string[] {
  const [own, ...others] = allowed();
  if (others.length === 0) return [];
  execFileSync('taskset', ['--all-tasks', '--pid', '--cpu-list', others.join(','), `${process.pid}`]);
  return ['taskset', '--cpu-list', `${own}`];
}
