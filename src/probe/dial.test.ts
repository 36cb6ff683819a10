import { describe, expect, it } from 'vitest';
import { silentPort } from '../../test/support/misbehaving-port.ts';
import { closedPort, serveBytes } from '../../test/support/misbehaving-server.ts';
import { loopbackGuard as guard } from '../../test/support/probe-loopback.ts';
import { dial } from './dial.ts';

const options = { timeoutMilliseconds: 300, guard };

describe('a dial', () => {
  it('tells an open port, and sends nothing', async () => {
    const received: Buffer[] = [];
    const server = await serveBytes((socket) => socket.on('data', (chunk) => received.push(chunk)));
    expect(await dial('127.0.0.1', server.port, options)).toBe('Open');
    expect(received).toEqual([]);
  });

  it('tells a port where nothing listens', async () => {
    expect(await dial('127.0.0.1', await closedPort(), options)).toBe('Refused');
  });

  it('tells a port that does not answer', async () => {
    expect(await dial('127.0.0.1', await silentPort(), options)).toBe('Timeout');
  });

  it('goes only where the guard allows', async () => {
    expect(await dial('169.254.169.254', 80, options)).toBe('NotPermitted');
    expect(await dial('0x7f.1', await closedPort(), options)).toBe('Refused');
    expect(await dial('no address', 80, options)).toBe('NotPermitted');
  });
});
