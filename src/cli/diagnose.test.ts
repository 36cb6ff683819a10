import { describe, expect, it } from 'vitest';
import { readStatus } from '../api/defaults.ts';
import type { StatusProbeStatus } from '../api/generated.ts';
import { type DiagnosedProbe, type DiagnoseOutput, type DiagnoseParts, diagnoseOnce } from './diagnose.ts';
import { parseDiagnoseTarget } from './diagnose-target.ts';
import { UsageError } from './usage-error.ts';

const failing = {
  ...readStatus({}),
  observedGeneration: 1,
  target: 'http://shop.test/',
  verdict: {
    owner: 'DevOps',
    layer: 'Service',
    reason: 'TargetPortNotOpen',
    summary: 'Service shop sends to port 8081; its Pods open 8080',
    confidence: 'High',
    fix: 'Set targetPort of Service shop to 8080',
  },
  lastProbe: { time: '2026-01-02T03:04:05.000Z', code: 502, success: false },
  path: [
    { hop: 'Ingress', ref: 'Ingress/shop', result: 'OK' },
    { hop: 'Service', ref: 'Service/shop', result: 'Failed', message: 'wrong port' },
  ],
  changes: [
    {
      time: '2026-01-02T03:00:00Z',
      subject: { kind: 'Service', name: 'shop', ref: 'Service/shop' },
      message: 'changed',
      manager: 'kubectl-edit',
    },
  ],
  notChecked: [{ check: 'node-ready', reason: 'Forbidden', message: 'Forbidden: may not get nodes' }],
} as unknown as StatusProbeStatus;

async function run(argument: string, output: DiagnoseOutput, status = failing) {
  let printed = '';
  const asked: DiagnosedProbe[] = [];
  const parts: DiagnoseParts = {
    namespace: 'shop',
    loadProbe: async (namespace, name) => ({
      namespace,
      name,
      spec: { target: { url: 'http://stored.test/' } },
    }),
    look: async (probe) => {
      asked.push(probe);
      return status;
    },
    write: (text) => {
      printed += text;
    },
    isTerminal: false,
  };
  const code = await diagnoseOnce(argument, output, parts);
  return { code, printed, asked };
}

describe('statusprobe diagnose', () => {
  it('prints the verdict before everything else, without colours where nobody sees them', async () => {
    const { code, printed } = await run('http://shop.test/', 'text');
    expect(code).toBe(1);
    expect(printed).toBe(`failing  http://shop.test/  502

DevOps · Service · TargetPortNotOpen (high confidence)
Service shop sends to port 8081; its Pods open 8080

Fix
  Set targetPort of Service shop to 8080

Path
  OK           Ingress Ingress/shop
  Failed       Service Service/shop: wrong port

Changed shortly before
  2026-01-02T03:00:00Z  Service/shop: changed (kubectl-edit)

Could not look
  Forbidden: may not get nodes (node-ready)
`);
  });

  it('prints the status as it is in JSON', async () => {
    const { printed } = await run('http://shop.test/', 'json');
    expect(JSON.parse(printed)).toEqual(failing);
  });

  it('looks at a stored StatusProbe by its own spec', async () => {
    const { asked } = await run('statusprobe/shop', 'json');
    expect(asked).toEqual([
      { namespace: 'shop', name: 'shop', spec: { target: { url: 'http://stored.test/' } } },
    ]);
  });

  it('ends with 0 when healthy and with 2 when the probe could not run', async () => {
    const healthy = { ...failing, lastProbe: { ...failing.lastProbe, success: true } } as StatusProbeStatus;
    const refused = {
      ...failing,
      conditions: [{ type: 'Ready', status: 'False', reason: 'TargetRefused' }],
    } as unknown as StatusProbeStatus;
    expect((await run('http://shop.test/', 'json', healthy)).code).toBe(0);
    expect((await run('http://shop.test/', 'json', refused)).code).toBe(2);
  });

  it.each([
    ['ingress/shop', { ingressRef: { name: 'shop' } }],
    ['svc/shop', { serviceRef: { name: 'shop', port: 80 } }],
    ['service/shop:8080', { serviceRef: { name: 'shop', port: 8080 } }],
    ['service/shop:http', { serviceRef: { name: 'shop', port: 'http' } }],
    ['httproute/shop', { httpRouteRef: { name: 'shop' } }],
    ['HTTPS://shop.test/cart?id=1', { url: 'HTTPS://shop.test/cart?id=1' }],
  ])('reads %s', (argument, target) => {
    expect(parseDiagnoseTarget(argument)).toEqual({ kind: 'Target', target });
  });

  it.each([
    'shop',
    'pod/shop',
    'ingress/',
    'ingress/Shop!',
    'service/shop:0',
    'service/shop:70000',
    'service/a:b:c',
    '',
  ])('refuses %j with one sentence', (argument) => {
    expect(() => parseDiagnoseTarget(argument)).toThrow(UsageError);
    expect(() => parseDiagnoseTarget(argument)).toThrow(/^[^\n.]+: give [^\n]+$/);
  });
});
