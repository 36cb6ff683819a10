import http from 'node:http';
import https from 'node:https';
import type { SecureContext } from 'node:tls';

/** What all figures are held against: one request of Node's own client over a fresh connection, its body read. */
export function bareRequest(url: string, secureContext?: SecureContext): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const options = { agent: false as const, ...(secureContext && { secureContext }) };
  const request = url.startsWith('https:') ? https.get(url, options) : http.get(url, options);
  request.once('error', reject);
  request.once('response', (response) => response.resume().once('end', () => resolve()));
  return promise;
}

/** Microseconds of CPU, of this process, for each of many requests made one after the other. */
export async function costOf(ask: () => Promise<unknown>, requests: number): Promise<number> {
  const before = process.cpuUsage();
  for (let count = 0; count < requests; count += 1) await ask();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / requests;
}
