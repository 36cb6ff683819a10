import type { CertificateDetail, ProbeDetail } from '../diagnosis/model/observation.ts';
import { addressHash } from './address-hash.ts';
import type { Labels, Series } from './live-gauge.ts';
import type { ProbeFigures } from './probe-sample.ts';

/** A metric of blackbox_exporter's HTTP prober: its name, and its series where it has any. */
export interface ProbeMetric {
  readonly name: string;
  readonly help: string;
  readonly series: (figures: ProbeFigures) => readonly Series[];
}

const PHASES = ['resolve', 'connect', 'tls', 'processing', 'transfer'] as const;

/** A verification that was switched off has no chain: the time of Go's zero Time. */
const NO_CHAIN_SECONDS = -62_135_596_800;
const LONGEST_LABEL = 128;

const one = (value: number): readonly Series[] => [{ labels: {}, value }];
const info = (labels: Labels): readonly Series[] => [{ labels, value: 1 }];
const some = (value: number | undefined): readonly Series[] => (value === undefined ? [] : one(value));

/** Connect and later phases are there, if only as 0, as soon as the name was resolved. */
const phases = ({ detail, hasResolved }: ProbeFigures): readonly Series[] =>
  PHASES.filter((phase) => hasResolved || phase === 'resolve').map((phase) => ({
    labels: { phase },
    value: detail?.phaseSeconds[phase] ?? 0,
  }));

const cut = (text: string): string => [...text].slice(0, LONGEST_LABEL).join('');

const chainInfo = (certificate: CertificateDetail): Labels => ({
  fingerprint_sha256: certificate.fingerprintSHA256,
  subject: cut(certificate.subject),
  issuer: cut(certificate.issuer),
  subjectalternative: cut(certificate.dnsNames.join(',')),
  serialnumber: certificate.serialNumber,
});

const protocolOf = (address: string | undefined): number => {
  if (address === undefined) return 0;
  return address.includes(':') ? 6 : 4;
};

type Figure = readonly [name: string, help: string, value: (detail: ProbeDetail) => number | undefined];

/** One number of the probe each; an absent one is no series. */
const FIGURES: readonly Figure[] = [
  ['probe_duration_seconds', 'How long the probe took', ({ totalSeconds }) => totalSeconds],
  ['probe_timeout_seconds', 'The timeout of the probe', ({ timeoutSeconds }) => timeoutSeconds],
  [
    'probe_dns_lookup_time_seconds',
    'How long resolving names took',
    ({ phaseSeconds }) => phaseSeconds.resolve,
  ],
  ['probe_ip_protocol', 'IP version of the first hop', ({ firstAddress }) => protocolOf(firstAddress)],
  [
    'probe_ip_addr_hash',
    'Hash of the IP address of the first hop',
    ({ firstAddress }) => addressHash(firstAddress),
  ],
  [
    'probe_http_content_length',
    'Length of the content of the final answer',
    ({ contentLength }) => contentLength,
  ],
  [
    'probe_http_uncompressed_body_length',
    'Length of the decompressed body of the final answer',
    ({ uncompressedBodyLength }) => uncompressedBodyLength,
  ],
  ['probe_http_redirects', 'Number of redirects', ({ redirects }) => redirects],
  ['probe_http_ssl', 'Whether the final answer came over TLS', ({ ssl }) => Number(ssl)],
  [
    'probe_http_last_modified_timestamp_seconds',
    'Last-Modified of the final answer',
    ({ lastModifiedSeconds }) => lastModifiedSeconds,
  ],
  [
    'probe_failed_due_to_regex',
    'Whether the probe failed because of a pattern',
    ({ failedDueToRegex }) => Number(failedDueToRegex),
  ],
  [
    'probe_failed_due_to_cel',
    'Whether the probe failed because of a CEL expression',
    ({ failedDueToCEL }) => (failedDueToCEL === undefined ? undefined : Number(failedDueToCEL)),
  ],
  [
    'probe_ssl_earliest_cert_expiry',
    'When the first of the certificates that were presented expires',
    ({ certificate }) => certificate?.earliestExpirySeconds,
  ],
  [
    'probe_ssl_last_chain_expiry_timestamp_seconds',
    'When the last of the verified chains expires',
    ({ certificate }) => certificate && (certificate.lastChainExpirySeconds ?? NO_CHAIN_SECONDS),
  ],
];

/** What a target that could not even be asked has. */
const NOT_ASKED: ProbeDetail = {
  phaseSeconds: {},
  totalSeconds: 0,
  timeoutSeconds: 0,
  contentLength: 0,
  uncompressedBodyLength: 0,
  redirects: 0,
  ssl: false,
  failedDueToRegex: false,
};

/** Names, units and presence rules of blackbox_exporter's HTTP prober. */
export const PROBE_METRICS: readonly ProbeMetric[] = [
  {
    name: 'probe_success',
    help: 'Whether the probe was a success',
    series: ({ success }) => one(Number(success)),
  },
  ...FIGURES.map(([name, help, value]) => ({
    name,
    help,
    series: ({ detail = NOT_ASKED }: ProbeFigures) => some(value(detail)),
  })),
  {
    name: 'probe_http_duration_seconds',
    help: 'Duration by phase, summed over all redirects',
    series: phases,
  },
  {
    name: 'probe_http_status_code',
    help: 'Status code of the final answer',
    series: ({ code }) => one(code),
  },
  {
    name: 'probe_http_version',
    help: 'HTTP version of the answer',
    series: ({ httpVersion }) => one(httpVersion),
  },
  {
    name: 'probe_tls_version_info',
    help: 'TLS version of the final connection',
    series: ({ tls }) => (tls === undefined ? [] : info({ version: tls.version })),
  },
  {
    name: 'probe_tls_cipher_info',
    help: 'Cipher suite of the final connection',
    series: ({ tls }) => (tls === undefined ? [] : info({ cipher: tls.cipher })),
  },
];

/** Left out by `--no-chain-info`: the only metric whose labels hold text from outside. */
export const CHAIN_INFO: ProbeMetric = {
  name: 'probe_ssl_last_chain_info',
  help: 'The certificate that was presented',
  series: ({ detail }) => (detail?.certificate === undefined ? [] : info(chainInfo(detail.certificate))),
};
