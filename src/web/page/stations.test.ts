import { expect, it } from 'vitest';
import type { StatusProbeStatus } from '../../api/generated.ts';
import { LAYERS } from '../../diagnosis/model/vocabulary.ts';
import { stationsOf } from './stations.ts';

const status = (more: Partial<StatusProbeStatus>): StatusProbeStatus => ({ observedGeneration: 1, ...more });
const verdict = (layer: string, owner = 'DevOps') => ({
  owner,
  layer,
  reason: 'Example',
  summary: 'Example',
});
const drawn = (more: Partial<StatusProbeStatus>) =>
  stationsOf(status(more)).map(({ title, result }) => `${title} ${result}`);
const subject = { kind: 'Service', name: 'shop', ref: 'Service/shop' };
const finding = (layer: string, severity: string, more = {}) => ({
  ...{ id: '', check: '', reason: '', owner: '', message: '', subject, layer, severity },
  ...more,
});

const WHOLE = ['DNS', 'Load balancer', 'WAF', 'Ingress', 'Service', 'Endpoints', 'Pods', 'Application'];

it('the whole way is drawn, whether anything is known of it or not', () => {
  expect(drawn({})).toEqual(WHOLE.map((title) => `${title} Unseen`));
});

it.each(LAYERS.filter((layer) => layer !== 'None' && layer !== 'Unknown'))(
  'a cause in the layer %s is marked at one stop',
  (layer) => {
    const causes = stationsOf(status({ verdict: verdict(layer) })).filter(({ isCause }) => isCause);
    expect(causes.map(({ result }) => result)).toEqual(['Failed']);
  },
);

it.each(['None', 'Unknown'])('a verdict in the layer %s marks none', (layer) => {
  expect(stationsOf(status({ verdict: verdict(layer) })).some(({ isCause }) => isCause)).toBe(false);
});

it('who is healthy has no cause, whatever its verdict says of a layer', () => {
  expect(drawn({ verdict: verdict('Pod', 'None') })).toEqual(WHOLE.map((title) => `${title} Unseen`));
});

it('a stop takes the worst of its hops, and hops of a later release are not lost', () => {
  const path = [
    { hop: 'DNS', result: 'OK' },
    { hop: 'Gateway', ref: 'Gateway/edge', result: 'OK' },
    { hop: 'HTTPRoute', ref: 'HTTPRoute/shop', result: 'Degraded' },
    { hop: 'Service', ref: 'Service/shop', result: 'NotPermitted' },
    { hop: 'Endpoint', ref: 'Pod/a', result: 'OK' },
    { hop: 'Endpoint', ref: 'Pod/b', result: 'Failed' },
    { hop: 'Mesh', ref: 'Mesh/x', result: 'Bent' },
  ];
  expect(drawn({ path })).toEqual([
    'DNS OK',
    'Load balancer Unseen',
    'WAF Unseen',
    'Ingress Degraded',
    'Service NotPermitted',
    'Endpoints Failed',
    'Pods Unseen',
    'Application Unseen',
    'Mesh Bent',
  ]);
});

it('what only findings tell of shows too, but for what is muted', () => {
  const findings = [
    finding('WAF', 'Warning'),
    finding('Pod', 'Warning'),
    finding('Node', 'Error'),
    finding('Application', 'Error', { muted: true }),
    finding('DNS', 'Info'),
    finding('Network', 'Warning'),
  ];
  expect(drawn({ findings })).toEqual([
    'DNS Unseen',
    'Load balancer Unseen',
    'WAF Degraded',
    'Ingress Unseen',
    'Service Unseen',
    'Network Degraded',
    'Endpoints Unseen',
    'Pods Failed',
    'Application Unseen',
  ]);
});

it('who wrote the answer is told, and drawn for it', () => {
  const lastProbe = {
    answeredBy: { layer: 'Edge', product: 'CloudFront' },
  } as StatusProbeStatus['lastProbe'];
  const answered = stationsOf(status(lastProbe === undefined ? {} : { lastProbe })).filter(
    ({ hasAnswered }) => hasAnswered,
  );
  expect(answered.map(({ title }) => title)).toEqual(['Edge']);
});
