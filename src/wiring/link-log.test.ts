import { pino } from 'pino';
import { expect, it } from 'vitest';
import { ApiError } from '../kubernetes/api-error.ts';
import { createLeaseLog, createLinkLog } from './link-log.ts';

function linkLog() {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line).msg) });
  return { lines, tell: createLinkLog(log) };
}

const failing = (reason: string, message: string) => ({
  synced: false,
  watching: false,
  lastError: new ApiError({ verb: 'watch', path: '/api/v1/pods', reason, message }),
});

const working = { synced: true, watching: true };

it('tells once that the API server cannot be reached, and once that it can', () => {
  const { lines, tell } = linkLog();
  const lost = failing('Unreachable', 'cannot reach the API server at https://a: the connection was refused');
  for (const resource of ['pods', 'services', 'pods']) tell(resource, lost);
  tell('pods', { synced: true, watching: false });
  tell('pods', working);
  tell('services', working);
  tell('services', working);
  expect(lines).toEqual([
    'cannot reach the API server at https://a: the connection was refused; it is tried again',
    'All watches on the API server work again',
  ]);
});

it('tells of each resource that is refused', () => {
  const { lines, tell } = linkLog();
  tell('pods', failing('Forbidden', '403 Forbidden: no'));
  tell('pods', failing('Forbidden', '403 Forbidden: no'));
  tell('nodes', failing('Forbidden', '403 Forbidden: no'));
  expect(lines).toEqual([
    'Cannot watch pods: 403 Forbidden: no; it is tried again',
    'Cannot watch nodes: 403 Forbidden: no; it is tried again',
  ]);
});

it('says nothing while all is well', () => {
  const { lines, tell } = linkLog();
  tell('pods', { synced: false, watching: true });
  tell('pods', working);
  expect(lines).toEqual([]);
});

it('tells each reason why a Lease is not renewed once, until the group has changed', () => {
  const lines: string[] = [];
  const lease = createLeaseLog(
    pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line).msg) }),
  );
  for (const message of ['no answer', 'no answer', 'forbidden', 'forbidden'])
    lease.failed(new Error(message));
  lease.changed();
  lease.failed(new Error('forbidden'));
  expect(lines).toEqual([
    'The Lease of this replica could not be renewed: no answer',
    'The Lease of this replica could not be renewed: forbidden',
    'The Lease of this replica could not be renewed: forbidden',
  ]);
});
