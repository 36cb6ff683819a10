import { expect, test } from 'vitest';
import { answerBytes, serveBytes } from '../../test/support/misbehaving-server.ts';
import { probeLoopback } from '../../test/support/probe-loopback.ts';

const COOKIE = `Set-Cookie: session=${'a'.repeat(5000)}\r\n`;
const ANSWER = `HTTP/1.1 200 \r\n${COOKIE}X-Long: ${'b'.repeat(2000)}\r\nContent-Length: 0\r\n\r\n`;

test('an answer tells how many bytes of headers it had, also of those that are not kept', async () => {
  const server = await serveBytes(answerBytes(ANSWER));
  const { headers, headerBytes } = await probeLoopback(server.origin);
  expect(headers).not.toHaveProperty('set-cookie');
  expect(headers['x-long']).toHaveLength(1024);
  expect(headerBytes).toBe(ANSWER.length);
});
