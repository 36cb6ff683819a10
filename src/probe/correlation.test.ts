import { describe, expect, it } from 'vitest';
import { serveHTTP } from '../../test/support/misbehaving-server.ts';
import { probeLoopback } from '../../test/support/probe-loopback.ts';
import { correlation, userAgent } from './correlation.ts';

const IDS = {
  version: '0.1.0',
  probe: { namespace: 'team', name: 'shop' },
  seconds: 0x5759e988,
  random: 'bd862e3fe1be46a994272793',
  span: '53995c3f42cd8ad8',
};

describe('correlation', () => {
  it('sends one id in the forms that the usual logs know', () => {
    expect(correlation(IDS)).toEqual({
      requestID: '5759e988bd862e3fe1be46a994272793',
      headers: [
        { name: 'User-Agent', value: 'statusprobe/0.1.0 (+team/shop)' },
        { name: 'X-Amzn-Trace-Id', value: 'Root=1-5759e988-bd862e3fe1be46a994272793' },
        { name: 'traceparent', value: '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01' },
        { name: 'X-Request-Id', value: '5759e988bd862e3fe1be46a994272793' },
      ],
    });
  });

  it('can be left at the version of the prober', () => {
    expect(userAgent('0.1.0')).toBe('statusprobe/0.1.0');
  });

  it('reaches the target and the observation, but for what the spec sets itself', async () => {
    const server = await serveHTTP(({ headers }, response) => {
      response.end([headers['user-agent'], headers.traceparent, headers['x-request-id']].join(' '));
    });
    const headers = [{ name: 'user-agent', value: 'own' }];
    const observation = await probeLoopback(
      server.origin,
      { headers },
      {},
      { correlation: correlation(IDS) },
    );
    const { requestID } = correlation(IDS);
    expect(observation).toMatchObject({
      requestID,
      bodyStart: `own 00-${requestID}-${IDS.span}-01 ${requestID}`,
    });
  });
});
