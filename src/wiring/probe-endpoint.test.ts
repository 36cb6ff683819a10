import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { serveHTTP } from '../../test/support/misbehaving-server.ts';
import { loopbackResolver } from '../../test/support/probe-loopback.ts';
import { createObjectsReader } from '../evidence/cluster/objects.ts';
import type { AskedProbe } from '../metrics/probe-endpoint.ts';
import { parsePolicy, policyFor } from '../operator/policy.ts';
import { createGuards } from './guards.ts';
import { createProbeEndpoint } from './probe-endpoint.ts';

const OWN = { 'kubernetes.io/metadata.name': 'statusprobe-system' };
const LOOPBACK = { rules: [{ namespaceSelector: { matchLabels: OWN }, allowCIDRs: ['127.0.0.0/8'] }] };

/** Asks an endpoint whose administrator wrote this policy. */
function endpointWith(content: object, { correlation = true, concurrency = 10 } = {}) {
  const policy = parsePolicy(stringify(content));
  const ask = createProbeEndpoint({
    version: '1.2.3',
    namespace: 'statusprobe-system',
    modules: policy.modules,
    guards: createGuards({
      reader: () => createObjectsReader([]),
      clusterCIDRs: [],
      apiServerHosts: [],
      now: () => 0,
    }),
    policyOf: async (namespace) => policyFor(policy, { 'kubernetes.io/metadata.name': namespace }),
    resolver: loopbackResolver,
    correlation,
    concurrency,
  });
  return (asked: Partial<AskedProbe> & Pick<AskedProbe, 'target'>) =>
    ask({ module: 'http_2xx', ...asked }, new AbortController().signal);
}

const refusal = (code: number, message: string) => expect.objectContaining({ code, message });

describe('a target of /probe', () => {
  it('is asked as the module says', async () => {
    const seen: unknown[] = [];
    const server = await serveHTTP(({ method, headers }, response) => {
      seen.push([method, headers.host, headers['x-team'], headers['user-agent']]);
      response.writeHead(204).end();
    });
    const modules = [
      {
        name: 'team',
        request: { headers: [{ name: 'X-Team', value: 'shop' }] },
        expect: { statusCodes: ['200'] },
        timeout: '2s',
      },
    ];
    const ask = endpointWith({ ...LOOPBACK, modules });
    const host = new URL(server.origin).host;
    expect(await ask({ target: server.origin })).toMatchObject({ success: true, code: 204 });
    expect(await ask({ target: server.origin, module: 'http_post_2xx' })).toMatchObject({ success: true });
    expect(await ask({ target: server.origin, module: 'team', hostname: 'shop.example' })).toMatchObject({
      failure: { reason: 'UnexpectedStatus' },
      detail: { timeoutSeconds: 2 },
    });
    expect(seen).toEqual([
      ['GET', host, undefined, 'statusprobe/1.2.3'],
      ['POST', host, undefined, 'statusprobe/1.2.3'],
      ['GET', 'shop.example', 'shop', 'statusprobe/1.2.3'],
    ]);
  });

  it('is not told of trace ids where they are switched off', async () => {
    const server = await serveHTTP(({ headers }, response) => {
      response
        .writeHead(headers.traceparent === undefined ? 200 : 400, { agent: headers['user-agent'] })
        .end();
    });
    const observation = await endpointWith(LOOPBACK, { correlation: false })({ target: server.origin });
    expect(observation).toMatchObject({ success: true, headers: { agent: 'statusprobe/1.2.3' } });
  });

  it.each([
    [{ timeoutMilliseconds: 1500 }, 1.5],
    [{ timeoutMilliseconds: 14_500 }, 5],
    [{}, 5],
    [{ module: 'http_2xx', timeoutMilliseconds: 14_500 }, 14.5],
    [{ module: 'http_2xx' }, 119.5],
  ])('has the lesser time of module and scrape: %j', async (asked, seconds) => {
    const server = await serveHTTP((_, response) => void response.end());
    const ask = endpointWith({ ...LOOPBACK, modules: [{ name: 'short', timeout: '5s' }] });
    const { detail } = await ask({ target: server.origin, module: 'short', ...asked });
    expect(detail?.timeoutSeconds).toBe(seconds);
  });

  it('is guarded by the policy of the operator’s own namespace', async () => {
    const other = { rules: [{ ...LOOPBACK.rules[0], namespaceSelector: { matchLabels: { team: 'shop' } } }] };
    await expect(endpointWith(other)({ target: 'http://127.0.0.1:1/' })).rejects.toThrow(
      refusal(
        403,
        '127.0.0.1 may not be probed by rule LoopbackAddress. An administrator can allow it by an entry for just this address or range in allowCIDRs in the --policy file.',
      ),
    );
    await expect(endpointWith(LOOPBACK)({ target: 'http://0xa9fea9fe/' })).rejects.toThrow(
      refusal(403, '169.254.169.254 may not be probed by rule CloudMetadata. No setting allows it.'),
    );
  });

  it('that redirects to a refused address has failed', async () => {
    const server = await serveHTTP((_, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    );
    expect(await endpointWith(LOOPBACK)({ target: server.origin })).toMatchObject({
      success: false,
      failure: { reason: 'TargetRefused' },
      refusal: { purpose: 'redirect' },
    });
  });

  it.each([
    [
      { target: 'http://127.0.0.1/', module: 'nosuch' },
      'There is no module nosuch: take one of http_2xx, http_post_2xx, virtual.',
    ],
    [
      { target: 'http://127.0.0.1/', module: 'virtual', hostname: 'a.test' },
      'Parameter hostname is given, and the module has a Host header of its own.',
    ],
    [{ target: 'invalid://127.0.0.1/' }, 'A URL must begin with http:// or https://.'],
    [
      { target: 'http://127.0.0.1/', hostname: 'a\r\nb' },
      'The request cannot be sent: its method, or the name or value of a header, has characters that HTTP does not allow.',
    ],
  ])('that makes no sense is one sentence: %j', async (asked, sentence) => {
    const modules = [{ name: 'virtual', request: { headers: [{ name: 'host', value: 'b.test' }] } }];
    const server = await serveHTTP((_, response) => void response.end());
    const target = asked.target.replace('127.0.0.1', new URL(server.origin).host);
    await expect(endpointWith({ ...LOOPBACK, modules })({ ...asked, target })).rejects.toThrow(
      refusal(400, sentence),
    );
  });

  it('waits for no other: beyond the bound there is an answer at once', async () => {
    const { promise: finish, resolve } = Promise.withResolvers<void>();
    const server = await serveHTTP((_, response) => void finish.then(() => response.end()));
    const ask = endpointWith(LOOPBACK, { concurrency: 1 });
    const first = ask({ target: server.origin });
    await expect(ask({ target: server.origin })).rejects.toThrow(
      refusal(503, 'Too many probes are under way.'),
    );
    resolve();
    expect(await first).toMatchObject({ success: true });
    expect(await ask({ target: server.origin })).toMatchObject({ success: true });
  });
});

describe('modules of the policy', () => {
  it.each([
    [[{ request: {} }], 'policy.modules[0].name must be given.'],
    [
      [{ name: 'a', request: { method: 'FETCH' } }],
      'policy.modules[0].request.method must be one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS.',
    ],
    [[{ name: 'a', http: {} }], 'policy.modules[0].http is not a field of the policy.'],
    [[{ name: 'a' }, { name: 'a' }], 'policy.modules[1].name is the name of another module.'],
    [
      [{ name: 'a', request: { basicAuth: { secretRef: { name: 'b' } } } }],
      'policy.modules[0] must not refer to Secrets or ConfigMaps, because whoever reaches /probe chooses where its requests go.',
    ],
  ])('that make no sense are one sentence: %j', (modules, sentence) => {
    expect(() => parsePolicy(stringify({ modules }))).toThrow(new Error(sentence));
  });

  it('go before those that are built in', async () => {
    const server = await serveHTTP((_, response) => response.writeHead(404).end());
    const modules = [{ name: 'http_2xx', expect: { statusCodes: ['404'] } }];
    expect(await endpointWith({ ...LOOPBACK, modules })({ target: server.origin })).toMatchObject({
      success: true,
    });
  });
});
