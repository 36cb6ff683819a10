import { Registry } from 'prom-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Observation } from '../diagnosis/model/observation.ts';
import { type AskedProbe, type AskProbe, ProbeRefused, probeEndpoint } from './probe-endpoint.ts';
import { serveMetrics } from './server.ts';

const FAILED: Observation = {
  time: '2030-01-01T00:00:00.000Z',
  method: 'GET',
  url: 'http://a.test/',
  finalURL: 'http://a.test/',
  success: false,
  redirects: [],
  durationMilliseconds: { resolve: 1, connect: 2, tls: 0, processing: 0, transfer: 0, total: 3 },
  headers: {},
  failure: { phase: 'Connect', reason: 'ConnectionRefused', message: 'a.test refused the connection.' },
  detail: {
    phaseSeconds: { resolve: 0.001, connect: 0.002, tls: 0, processing: 0, transfer: 0 },
    totalSeconds: 0.003,
    timeoutSeconds: 5,
    contentLength: 0,
    uncompressedBodyLength: 0,
    redirects: 0,
    ssl: false,
    failedDueToRegex: false,
    firstAddress: '192.0.2.1',
  },
};

/** The answers of an endpoint that probes by `ask`, and what it was asked. */
async function endpointBy(ask: AskProbe = async () => FAILED) {
  const asked: AskedProbe[] = [];
  const endpoint = probeEndpoint(
    (question, signal) => {
      asked.push(question);
      return ask(question, signal);
    },
    { chainInfo: true },
  );
  const { port, close } = await serveMetrics(new Registry(), 0, endpoint);
  onTestFinished(close);
  const get = async (query: string, init: RequestInit = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}/probe${query}`, init);
    return { code: response.status, text: await response.text(), type: response.headers.get('content-type') };
  };
  return { get, asked, port };
}

const scrapedFor = (seconds: string) => ({ headers: { 'X-Prometheus-Scrape-Timeout-Seconds': seconds } });

describe('/probe', () => {
  it('answers with the metrics of blackbox_exporter, and with why it failed', async () => {
    const { get } = await endpointBy();
    const { code, text, type } = await get('?target=http://a.test/');
    expect([code, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    const lines = text.split('\n');
    expect(lines[0]).toBe('# a.test refused the connection.');
    expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([
      'probe_success 0',
      'probe_duration_seconds 0.003',
      'probe_timeout_seconds 5',
      'probe_dns_lookup_time_seconds 0.001',
      'probe_ip_protocol 4',
      expect.stringMatching(/^probe_ip_addr_hash \d+$/),
      'probe_http_content_length 0',
      'probe_http_uncompressed_body_length 0',
      'probe_http_redirects 0',
      'probe_http_ssl 0',
      'probe_failed_due_to_regex 0',
      'probe_http_duration_seconds{phase="resolve"} 0.001',
      'probe_http_duration_seconds{phase="connect"} 0.002',
      'probe_http_duration_seconds{phase="tls"} 0',
      'probe_http_duration_seconds{phase="processing"} 0',
      'probe_http_duration_seconds{phase="transfer"} 0',
      'probe_http_status_code 0',
      'probe_http_version 0',
      'statusprobe_probe_failure_info{phase="Connect",reason="ConnectionRefused"} 1',
    ]);
  });

  it('reads its parameters as blackbox_exporter does', async () => {
    const { get, asked } = await endpointBy();
    await get('?target=http://a.test/&module=internal&hostname=shop.test');
    await get('?target=a.test:8080/health');
    await get(`?target=${encodeURIComponent(encodeURIComponent('http://a.test/a b?c=%2F'))}`);
    await get('?target=http://a.test/%253A');
    expect(asked).toEqual([
      { target: 'http://a.test/', module: 'internal', hostname: 'shop.test' },
      { target: 'http://a.test:8080/health', module: 'http_2xx' },
      { target: 'http://a.test/a b?c=%2F', module: 'http_2xx' },
      { target: 'http://a.test/%3A', module: 'http_2xx' },
    ]);
  });

  it.each([
    ['15', 14_500],
    ['10', 9500],
    ['0.4', 100],
  ])('leaves of a scrape of %s s what the way back takes', async (seconds, milliseconds) => {
    const { get, asked } = await endpointBy();
    await get('?target=a.test', scrapedFor(seconds));
    expect(asked[0]?.timeoutMilliseconds).toBe(milliseconds);
  });

  it.each<[string, RequestInit, string]>([
    ['', {}, 'Parameter target is missing: give the URL to probe.'],
    ['?target=', {}, 'Parameter target is missing: give the URL to probe.'],
    ['?target=a.test&target=b.test', {}, 'Parameter target is given more than once.'],
    ['?target=http%253A%25', {}, 'Parameter target is not encoded as a URL parameter is.'],
    [
      '?target=a.test',
      scrapedFor('soon'),
      'Header x-prometheus-scrape-timeout-seconds is not a number of seconds.',
    ],
    ['?target=a.test', { method: 'POST' }, 'Ask for /probe by GET.'],
  ])('says in one sentence what is wrong: %s', async (query, init, sentence) => {
    const { get, asked } = await endpointBy();
    expect(await get(query, init)).toEqual({
      code: 400,
      text: `${sentence}\n`,
      type: 'text/plain; charset=utf-8',
    });
    expect(asked).toEqual([]);
  });

  it('hands on why nothing is probed', async () => {
    const { get } = await endpointBy(async () => {
      throw new ProbeRefused(403, 'That may not be probed.');
    });
    expect(await get('?target=a.test')).toMatchObject({ code: 403, text: 'That may not be probed.\n' });
  });

  it('gives a probe up when nobody waits for it any more', async () => {
    const { promise: given, resolve: giveUp } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const { get } = await endpointBy(async (_, signal) => {
      signal.addEventListener('abort', () => giveUp());
      begin();
      await given;
      return FAILED;
    });
    const scrape = new AbortController();
    const answer = get('?target=a.test', { signal: scrape.signal });
    await begun;
    scrape.abort();
    await expect(answer).rejects.toThrow();
    await given;
  });
});

it('without the flag there is no /probe', async () => {
  const { port, close } = await serveMetrics(new Registry(), 0);
  onTestFinished(close);
  const response = await fetch(`http://127.0.0.1:${port}/probe?target=a.test`);
  expect([response.status, await response.text()]).toEqual([
    404,
    'Only with --probe-endpoint is /probe here.\n',
  ]);
});
