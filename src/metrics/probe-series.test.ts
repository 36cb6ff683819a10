import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { Observation, ProbeDetail } from '../diagnosis/model/observation.ts';
import { addressHash } from './address-hash.ts';
import type { ProbeState } from './probe-sample.ts';
import { ProbeSeries } from './probe-series.ts';

const PROBE = { namespace: 'shop', name: 'web' };
const MINE = 'namespace="shop",name="web"';

const DETAIL: ProbeDetail = {
  phaseSeconds: { resolve: 0.001, connect: 0.002, processing: 0.003, transfer: 0.004 },
  totalSeconds: 0.01,
  timeoutSeconds: 5,
  contentLength: 110,
  uncompressedBodyLength: 110,
  redirects: 1,
  ssl: false,
  firstAddress: '127.0.0.1',
  failedDueToRegex: false,
};

const certificate = {
  earliestExpirySeconds: 2_000_000_000,
  fingerprintSHA256: 'ab12',
  subject: `CN=${'x'.repeat(200)}`,
  issuer: 'CN=ca',
  serialNumber: '01',
  dnsNames: ['a.test', 'b.test'],
};

const observed = (overrides: Partial<Observation> = {}): Observation => ({
  time: '2030-01-01T00:00:00.000Z',
  method: 'GET',
  url: 'http://a.test/',
  finalURL: 'http://a.test/',
  code: 200,
  success: true,
  redirects: [],
  httpVersion: '1.1',
  durationMilliseconds: { resolve: 1, connect: 2, tls: 0, processing: 3, transfer: 4, total: 10 },
  headers: {},
  detail: DETAIL,
  ...overrides,
});

const ready = (status: string, reason: string) => ({ type: 'Ready', status, reason });

const STATE: ProbeState = {
  conditions: [ready('True', 'Probing')],
  verdict: { owner: 'None', layer: 'None', reason: 'Healthy' },
};

/** The series of one probe after these visits, by name; labels that every series has are left out. */
async function seriesAfter(...visits: readonly [ProbeState, Observation | undefined][]): Promise<string[]> {
  const registry = new Registry();
  const series = new ProbeSeries(registry, { chainInfo: true });
  for (const [state, observation] of visits) series.seen(PROBE, state, observation);
  return linesOf(registry);
}

async function linesOf(registry: Registry): Promise<string[]> {
  const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => line.replace(`${MINE},`, '').replace(`{${MINE}}`, ''));
}

const HEALTHY = [
  'probe_success 1',
  'probe_duration_seconds 0.01',
  'probe_timeout_seconds 5',
  'probe_dns_lookup_time_seconds 0.001',
  'probe_ip_protocol 4',
  `probe_ip_addr_hash ${addressHash('127.0.0.1')}`,
  'probe_http_content_length 110',
  'probe_http_uncompressed_body_length 110',
  'probe_http_redirects 1',
  'probe_http_ssl 0',
  'probe_failed_due_to_regex 0',
  'probe_http_duration_seconds{phase="resolve"} 0.001',
  'probe_http_duration_seconds{phase="connect"} 0.002',
  'probe_http_duration_seconds{phase="tls"} 0',
  'probe_http_duration_seconds{phase="processing"} 0.003',
  'probe_http_duration_seconds{phase="transfer"} 0.004',
  'probe_http_status_code 200',
  'probe_http_version 1.1',
  'statusprobe_verdict_info{owner="None",layer="None",reason="Healthy"} 1',
  'statusprobe_ready{reason="Probing"} 1',
  'statusprobe_suspended 0',
  'statusprobe_last_probe_timestamp_seconds 1893456000',
  'statusprobe_findings{severity="Error"} 0',
  'statusprobe_findings{severity="Warning"} 0',
  'statusprobe_findings{severity="Info"} 0',
];

const probes = (lines: readonly string[]) => lines.filter((line) => line.startsWith('probe_'));

describe('a probe', () => {
  it('over plain HTTP has exactly the series that blackbox_exporter has, and ours', async () => {
    expect(await seriesAfter([STATE, observed()])).toEqual(HEALTHY);
  });

  it('over TLS has those of its certificate', async () => {
    const detail = { ...DETAIL, ssl: true, certificate };
    const tls = { version: 'TLS 1.3', cipher: 'TLS_AES_128_GCM_SHA256' };
    const lines = await seriesAfter([STATE, observed({ detail, tls })]);
    expect(lines.filter((line) => !HEALTHY.includes(line))).toEqual([
      'probe_http_ssl 1',
      'probe_ssl_earliest_cert_expiry 2000000000',
      'probe_ssl_last_chain_expiry_timestamp_seconds -62135596800',
      'probe_tls_version_info{version="TLS 1.3"} 1',
      'probe_tls_cipher_info{cipher="TLS_AES_128_GCM_SHA256"} 1',
      `probe_ssl_last_chain_info{fingerprint_sha256="ab12",subject="CN=${'x'.repeat(125)}",issuer="CN=ca",subjectalternative="a.test,b.test",serialnumber="01"} 1`,
    ]);
  });

  it('whose name does not resolve has no phase but resolve', async () => {
    const { firstAddress: _, ...unresolved } = DETAIL;
    const failure = { phase: 'Resolve', reason: 'NXDomain', message: '' } as const;
    const { code: __, httpVersion: ___, ...nobody } = observed();
    const lines = await seriesAfter([
      STATE,
      { ...nobody, success: false, failure, detail: { ...unresolved, phaseSeconds: { resolve: 0.001 } } },
    ]);
    expect(lines.filter((line) => line.includes('phase='))).toEqual([
      'probe_http_duration_seconds{phase="resolve"} 0.001',
    ]);
    expect(lines).toEqual(
      expect.arrayContaining([
        'probe_success 0',
        'probe_ip_protocol 0',
        'probe_ip_addr_hash 0',
        'probe_http_status_code 0',
        'probe_http_version 0',
      ]),
    );
  });

  it('that was never connected has its phases as 0', async () => {
    const failure = { phase: 'Connect', reason: 'ConnectTimeout', message: '' } as const;
    const lines = await seriesAfter([
      STATE,
      observed({ success: false, failure, detail: { ...DETAIL, phaseSeconds: { resolve: 0.001 } } }),
    ]);
    expect(lines.filter((line) => line.includes('phase='))).toEqual([
      'probe_http_duration_seconds{phase="resolve"} 0.001',
      'probe_http_duration_seconds{phase="connect"} 0',
      'probe_http_duration_seconds{phase="tls"} 0',
      'probe_http_duration_seconds{phase="processing"} 0',
      'probe_http_duration_seconds{phase="transfer"} 0',
    ]);
  });

  it('tells of Last-Modified and CEL where there are any', async () => {
    const detail = { ...DETAIL, lastModifiedSeconds: 5, failedDueToCEL: true };
    const lines = await seriesAfter([STATE, observed({ detail })]);
    expect(lines.filter((line) => !HEALTHY.includes(line))).toEqual([
      'probe_http_last_modified_timestamp_seconds 5',
      'probe_failed_due_to_cel 1',
    ]);
  });

  it('for IPv6 says so', async () => {
    const lines = await seriesAfter([STATE, observed({ detail: { ...DETAIL, firstAddress: '::1' } })]);
    expect(lines).toContain('probe_ip_protocol 6');
  });
});

describe('a StatusProbe', () => {
  const failing: ProbeState = {
    conditions: [ready('True', 'Probing')],
    verdict: { owner: 'DevOps', layer: 'Service', reason: 'TargetPortNotOpen' },
    failingSince: '2030-01-01T00:00:00.500Z',
    findings: [{ severity: 'Error' }, { severity: 'Warning' }, { severity: 'Error', muted: true }],
  };

  it('that fails tells who fixes what, and since when', async () => {
    const lines = await seriesAfter([failing, observed({ success: false, code: 502 })]);
    expect(lines).toEqual(
      expect.arrayContaining([
        'statusprobe_verdict_info{owner="DevOps",layer="Service",reason="TargetPortNotOpen"} 1',
        'statusprobe_failing_since_timestamp_seconds 1893456000.5',
        'statusprobe_findings{severity="Error"} 1',
        'statusprobe_findings{severity="Warning"} 1',
      ]),
    );
  });

  it('that has recovered forgets the failure', async () => {
    expect(await seriesAfter([failing, observed({ code: 502 })], [STATE, observed()])).toEqual(HEALTHY);
  });

  it('that is suspended has no probe', async () => {
    const suspended = { ...STATE, conditions: [ready('True', 'Suspended')] };
    const lines = await seriesAfter([STATE, observed()], [suspended, undefined]);
    expect(probes(lines)).toEqual([]);
    expect(lines).toEqual(
      expect.arrayContaining(['statusprobe_suspended 1', 'statusprobe_ready{reason="Suspended"} 1']),
    );
  });

  it('that is refused keeps its last probe', async () => {
    const refused = { ...STATE, conditions: [ready('False', 'SecretNotFound')] };
    const lines = await seriesAfter([STATE, observed()], [refused, undefined]);
    expect(probes(lines)).toEqual(probes(HEALTHY));
    expect(lines).toContain('statusprobe_ready{reason="SecretNotFound"} 0');
  });

  it('that is gone has no series with the next scrape', async () => {
    const registry = new Registry();
    const series = new ProbeSeries(registry, { chainInfo: true });
    series.seen(PROBE, failing, observed());
    series.gone('shop/web');
    expect(await linesOf(registry)).toEqual([]);
  });
});

it('names of certificates can be left out', async () => {
  const registry = new Registry();
  new ProbeSeries(registry, { chainInfo: false }).seen(
    PROBE,
    STATE,
    observed({ detail: { ...DETAIL, certificate } }),
  );
  expect(await registry.metrics()).not.toContain('probe_ssl_last_chain_info');
});

it.each([
  ['127.0.0.1', 3_668_918_509],
  ['::1', 1_751_717_746],
  [undefined, 0],
  ['nonsense', 0],
])('hashes %s as blackbox_exporter does', (address, hash) => expect(addressHash(address)).toBe(hash));
