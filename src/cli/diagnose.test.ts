import { describe, expect, it } from 'vitest';
import { readStatus } from '../api/defaults.ts';
import type { StatusProbeStatus } from '../api/generated.ts';
import {
  type DiagnosedProbe,
  type DiagnoseOutput,
  type DiagnoseParts,
  diagnoseAgain,
  diagnoseOnce,
} from './diagnose.ts';
import { parseDiagnoseTarget, type TargetFlags } from './diagnose-target.ts';
import { coloured, diagnosisText, plain } from './diagnosis-text.ts';
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

async function run(target: string, output: DiagnoseOutput, status = failing, columns?: number) {
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
  };
  const printing = {
    write: (text: string) => {
      printed += text;
    },
    style: { paint: plain, ...(columns === undefined ? {} : { columns }) },
    version: '1.2.3',
  };
  const code = await diagnoseOnce({ target, output }, parts, printing);
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
      conditions: [{ type: 'Ready', status: 'False', reason: 'TargetRefused', message: 'Refused' }],
    } as unknown as StatusProbeStatus;
    expect((await run('http://shop.test/', 'json', healthy)).code).toBe(0);
    expect((await run('http://shop.test/', 'json', refused)).code).toBe(2);
  });

  it('says in one sentence why nothing could be asked', async () => {
    const blind = {
      ...failing,
      verdict: {
        owner: 'Unknown',
        layer: 'Unknown',
        reason: 'ProberFailed',
        summary: 'Ingress shop could not be looked up',
      },
      conditions: [
        { type: 'Ready', status: 'True', reason: 'Probing', message: 'Probing' },
        {
          type: 'Healthy',
          status: 'Unknown',
          reason: 'ProberFailed',
          message: 'Ingress shop could not be looked up',
        },
      ],
    } as unknown as StatusProbeStatus;
    await expect(run('ingress/shop', 'text', blind)).rejects.toThrow(
      new UsageError('Ingress shop could not be looked up'),
    );
    expect((await run('ingress/shop', 'json', blind)).code).toBe(2);
  });

  it('fits into a narrow terminal', async () => {
    const { printed } = await run('http://shop.test/', 'text', failing, 30);
    const lines = printed.split('\n');
    expect(lines.filter((line) => line.length > 30)).toEqual([]);
    expect(lines).toContain('Service shop sends to port');
    expect(lines).toContain('  8081; its Pods open 8080');
  });

  it('colours what a terminal shows', () => {
    expect(diagnosisText(failing, { paint: coloured })).toContain('\u001b[31mfailing\u001b[39m');
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

  it.each<[string, TargetFlags, object]>([
    [
      'ingress/shop',
      { host: 'a.test', path: '/cart', scheme: 'HTTPS' },
      { ingressRef: { name: 'shop', host: 'a.test', path: '/cart', scheme: 'HTTPS' } },
    ],
    ['service/shop:8080', { path: '/cart' }, { serviceRef: { name: 'shop', port: 8080, path: '/cart' } }],
  ])('adds the flags to %s', (argument, flags, target) => {
    expect(parseDiagnoseTarget(argument, flags)).toEqual({ kind: 'Target', target });
  });

  it.each<[string, TargetFlags, string]>([
    ['http://shop.test/', { path: '/cart' }, '--path does not go with this target: write it into the URL'],
    [
      'service/shop',
      { host: 'a.test' },
      '--host does not go with this target: a Service is asked by its own name',
    ],
    ['stp/shop', { scheme: 'HTTP' }, '--scheme does not go with this target: a StatusProbe says it itself'],
  ])('refuses flags that %s has no use for', (argument, flags, sentence) => {
    expect(() => parseDiagnoseTarget(argument, flags)).toThrow(new UsageError(sentence));
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

describe('statusprobe diagnose --watch', () => {
  const later = {
    ...failing,
    lastProbe: { ...failing.lastProbe, time: '2026-01-02T03:05:05.000Z' },
  } as StatusProbeStatus;
  const healthy = {
    ...failing,
    lastProbe: { ...failing.lastProbe, code: 200, success: true },
  } as StatusProbeStatus;

  async function watch(output: DiagnoseOutput, statuses: readonly StatusProbeStatus[]) {
    const printed: string[] = [];
    const stop = new AbortController();
    const left = [...statuses];
    const parts: DiagnoseParts = {
      namespace: 'shop',
      loadProbe: () => Promise.reject(new Error('not stored')),
      look: async () => left.shift(),
    };
    const code = await diagnoseAgain({ target: 'http://shop.test/', output }, parts, {
      write: (text) => printed.push(text),
      style: { paint: plain },
      version: '1.2.3',
      signal: stop.signal,
      wait: async () => {
        if (left.length === 0) stop.abort();
      },
    });
    return { code, printed };
  }

  it('prints what changes, and nothing that moves by itself', async () => {
    const { code, printed } = await watch('json', [failing, later, healthy]);
    expect(printed.filter((text) => text !== '').map((text) => JSON.parse(text).lastProbe.code)).toEqual([
      502, 200,
    ]);
    expect(code).toBe(0);
  });

  it('separates documents', async () => {
    const { printed } = await watch('yaml', [failing, healthy]);
    expect(printed[1]).toBe('---\n');
  });

  it('prints no second document where the format has one', async () => {
    await expect(watch('sarif', [failing])).rejects.toThrow(
      new UsageError('-o sarif is one document: leave --watch away, or give -o text, json or yaml'),
    );
  });
});
