import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type StructuralSchema, statusProbeCRD } from '../../hack/crd.ts';
import { type Resolution, resolveManifest } from '../../src/api/defaults.ts';
import { STATUS_PROBE, type StatusProbe } from '../../src/api/generated.ts';
import { fitStatus } from '../../src/api/status-size.ts';
import { type ApiServer, startApiServer, whyNoApiServer } from '../support/apiserver.ts';
import { isLeftOut } from '../support/left-out.ts';
import { mutatedSpecs } from '../support/mutated-specs.ts';
import { invalidManifests, sampleManifests, validManifests } from '../support/status-probe-fixtures.ts';

const CRD = fileURLToPath(new URL('../../crds/statusprobes.yaml', import.meta.url));
const isSkipped = isLeftOut('the CRD on a real API server', whyNoApiServer());

describe.skipIf(isSkipped)('the CRD on a real API server', () => {
  let server: ApiServer;
  let directory: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'statusprobe-crd-'));
    server = await startApiServer();
    await kubectl('apply', '-f', CRD);
    // kubectl fails, instead of waiting, while the CRD has no conditions at all.
    await vi.waitFor(() => kubectl('wait', '--for=condition=Established', '--timeout=60s', '-f', CRD), {
      timeout: 60_000,
      interval: 200,
    });
  });

  afterAll(async () => {
    await server?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Output of a command that has to succeed. */
  async function kubectl(...args: string[]): Promise<string> {
    const { succeeded, stdout, stderr } = await server.kubectl(...args);
    expect(stderr).toBe('');
    expect(succeeded).toBe(true);
    return stdout;
  }

  /** A new directory with one file for each object. */
  function filesOf(...objects: readonly unknown[]): string {
    const files = mkdtempSync(join(directory, 'objects-'));
    objects.forEach((object, index) => {
      writeFileSync(join(files, `${index}.json`), JSON.stringify(object));
    });
    return files;
  }

  const statusProbe = (name: string, spec: unknown) => ({
    apiVersion: `${STATUS_PROBE.group}/${STATUS_PROBE.version}`,
    kind: STATUS_PROBE.kind,
    metadata: { name },
    spec,
  });

  async function create(name: string, spec: unknown): Promise<void> {
    await kubectl('create', '-f', filesOf(statusProbe(name, spec)));
  }

  async function setStatus(name: string, status: unknown): Promise<void> {
    const patch = JSON.stringify({ status });
    await kubectl('patch', 'stp', name, '--subresource=status', '--type=merge', '-p', patch);
  }

  describe('manifests', () => {
    it('stores the defaults that are filled in without an API server', async () => {
      const files = [...validManifests(), ...sampleManifests()];
      const paths = files.flatMap(({ path }) => ['-f', path]);
      const specs = await kubectl('create', '--dry-run=server', '-o', 'jsonpath={.spec}{"\\n"}', ...paths);
      const stored = specs.trim().split('\n');
      expect(stored.map((spec) => ({ ok: true, spec: JSON.parse(spec) }))).toEqual(
        files.map(({ manifest }) => resolveManifest(manifest)),
      );
    });

    it('refuses each invalid one with the sentences that stand in it', async () => {
      const invalid = invalidManifests();
      const paths = invalid.flatMap(({ path }) => ['-f', path]);
      const { stdout, stderr } = await server.kubectl('create', '--dry-run=server', '-o', 'name', ...paths);
      expect(stdout).toBe('');
      expect(refusalsIn(stderr)).toEqual(
        Object.fromEntries(
          invalid.map(({ manifest, apiServer }) => [manifest.metadata.name, printed(apiServer)]),
        ),
      );
    });

    it('accepts and refuses what is accepted and refused without an API server', async () => {
      const specs = fc.sample(mutatedSpecs, { numRuns: 300, seed: 1 });
      const probes = specs.map((spec, index) => statusProbe(`mutated-${index}`, spec));
      const { stdout } = await server.kubectl(
        'create',
        '--dry-run=server',
        '-o',
        'name',
        '-f',
        filesOf(...probes),
      );
      const accepted = new Set(stdout.match(/mutated-\d+/g));
      const disagreements = probes.flatMap((probe) => {
        const resolution = resolveManifest(probe);
        const isAccepted = accepted.has(probe.metadata.name);
        return isAccepted === resolution.ok || (isAccepted && isUnparsableURL(resolution))
          ? []
          : [{ isAccepted, resolution, spec: probe.spec }];
      });
      expect(disagreements).toEqual([]);
      expect(accepted.size).toBeGreaterThan(30);
      expect(accepted.size).toBeLessThan(270);
    });
  });

  describe('status', () => {
    const verdict = { owner: 'DevOps', layer: 'Service', reason: 'TargetPortNotOpen', summary: 'A sentence' };

    it('is as before the first visit, whatever a new object says', async () => {
      const file = filesOf({ ...statusProbe('new', URL_SPEC), status: { observedGeneration: 7, verdict } });
      const created = JSON.parse(await kubectl('create', '-o', 'json', '-f', file));
      expect(created.status).toEqual({ observedGeneration: -1 });
    });

    it('is written apart from the spec', async () => {
      await create('apart', URL_SPEC);
      const patch = JSON.stringify({ spec: { suspend: true }, status: { observedGeneration: 1, verdict } });
      await kubectl('patch', 'stp', 'apart', '--subresource=status', '--type=merge', '-p', patch);
      const byStatus: StatusProbe = JSON.parse(await kubectl('get', 'stp', 'apart', '-o', 'json'));
      expect(byStatus).toMatchObject({
        metadata: { generation: 1 },
        spec: { suspend: false },
        status: { observedGeneration: 1, verdict },
      });
      await kubectl('patch', 'stp', 'apart', '--type=merge', '-p', '{"spec":{"suspend":true},"status":null}');
      const bySpec: StatusProbe = JSON.parse(await kubectl('get', 'stp', 'apart', '-o', 'json'));
      expect(bySpec).toMatchObject({
        metadata: { generation: 2 },
        spec: { suspend: true },
        status: { observedGeneration: 1, verdict },
      });
    });

    it('takes words of later releases, but no other condition status', async () => {
      await create('words', URL_SPEC);
      await setStatus('words', { verdict: { ...verdict, owner: 'Robots', layer: 'Orbit' } });
      const condition = {
        type: 'Healthy',
        status: 'Perhaps',
        observedGeneration: 1,
        lastTransitionTime: '2026-01-01T00:00:00Z',
        reason: 'Unsure',
        message: '',
      };
      const patch = JSON.stringify({ status: { conditions: [condition] } });
      const { stderr } = await server.kubectl(
        'patch',
        'stp',
        'words',
        '--subresource=status',
        '--type=merge',
        '-p',
        patch,
      );
      expect(stderr).toContain(
        'status.conditions[0].status: Unsupported value: "Perhaps": supported values: "True", "False", "Unknown"',
      );
    });

    it('is owned by its writer in whole parts, which are stored as the last one said them', async () => {
      await create('parts', URL_SPEC);
      const matrix = {
        row: '502',
        side: 'DevOps',
        meaning: 'Bad Gateway',
        owner: 'DevOps',
        fixArea: 'Ingress',
      };
      const apply = async (commands: object) => {
        const status = { observedGeneration: 1, verdict: { ...verdict, ...commands }, matrix };
        const file = filesOf({ ...statusProbe('parts', undefined), status });
        const command = ['apply', '--server-side', '--subresource=status', '--field-manager=statusprobe'];
        return JSON.parse(await kubectl(...command, '--show-managed-fields', '-o', 'json', '-f', file));
      };
      await apply({ commands: ['kubectl get pods'] });
      const { status, metadata } = await apply({});
      expect(status).toEqual({ observedGeneration: 1, verdict, matrix });
      expect(metadata.managedFields).toContainEqual(
        expect.objectContaining({
          manager: 'statusprobe',
          fieldsV1: { 'f:status': { 'f:observedGeneration': {}, 'f:verdict': {}, 'f:matrix': {} } },
        }),
      );
    });

    it('takes whatever was made to fit', async () => {
      await create('large', URL_SPEC);
      const subject = { kind: 'Service', name: 'shop', ref: 'Service/shop' };
      const finding = {
        id: 'a',
        check: 'c',
        reason: 'R',
        severity: 'Error',
        owner: 'DevOps',
        layer: 'Pod',
        subject,
      };
      const status = fitStatus({
        observedGeneration: 1,
        verdict: {
          ...verdict,
          summary: 'ü"\u0007\ud800'.repeat(9000),
          commands: Array(30).fill("kubectl get 'pods'"),
        },
        findings: Array(90).fill({ ...finding, message: '𝄞'.repeat(600), evidence: Array(9).fill('line') }),
        history: Array(90).fill({ time: '2026-01-01T00:00:00.000Z', healthy: 'False', reason: 'HTTP502' }),
      });
      await setStatus('large', status);
      const stored: StatusProbe = JSON.parse(await kubectl('get', 'stp', 'large', '-o', 'json'));
      expect(stored.status).toEqual(status);
    });
  });

  describe('kubectl', () => {
    const condition = (type: string, status: string) => ({
      type,
      status,
      observedGeneration: 1,
      lastTransitionTime: new Date().toISOString(),
      reason: 'HTTP502',
      message: 'A sentence',
    });

    beforeAll(async () => {
      await kubectl('create', 'namespace', 'columns');
      for (const [name, owner, suspend] of [
        ['orders', 'DevOps', false],
        ['shop', 'Developer', true],
      ]) {
        const probe = statusProbe(String(name), { ...URL_SPEC, suspend });
        await kubectl('-n', 'columns', 'create', '-f', filesOf(probe));
        const status = {
          target: 'https://shop.example.com/health',
          conditions: [condition('Ready', 'True'), condition('Healthy', 'False')],
          verdict: {
            owner,
            layer: 'Service',
            reason: 'TargetPortNotOpen',
            summary: 'Service shop sends to a port that nobody opens',
            culprit: { kind: 'Service', name: 'shop', ref: 'Service/shop' },
          },
          lastProbe: {
            time: new Date().toISOString(),
            code: 502,
            success: false,
            url: 'https://shop.example.com/health',
            finalURL: 'https://shop.example.com/health',
            durationMilliseconds: { resolve: 1, connect: 1, tls: 1, processing: 1, transfer: 1, total: 5 },
            answeredBy: { layer: 'Ingress', product: 'Traefik' },
          },
        };
        const patch = JSON.stringify({ status });
        await kubectl(
          '-n',
          'columns',
          'patch',
          'stp',
          String(name),
          '--subresource=status',
          '--type=merge',
          '-p',
          patch,
        );
      }
    });

    it('shows the columns', async () => {
      const narrow = await kubectl('get', 'statusprobes', '-n', 'columns');
      expect(narrow.split('\n')[0]?.split(/ +/)).toEqual(['NAME', ...COLUMNS]);
      expect(narrow.split('\n')[1]).toMatch(
        /^orders +https:\/\/shop.example.com\/health +502 +False +DevOps +TargetPortNotOpen +Service\/shop +\d+s$/,
      );
      const wide = await kubectl('get', 'statusprobe', 'orders', '-n', 'columns', '-o', 'wide');
      expect(wide.split('\n')[0]?.split(/ +/)).toEqual(['NAME', ...COLUMNS, ...WIDE_COLUMNS]);
      expect(wide.split('\n')[1]).toMatch(
        /Service\/shop +\d+s +\d+s +\d+s +True +Service +Traefik +Service shop sends to a port that nobody opens$/,
      );
    });

    it.each([
      ['status.verdict.owner=DevOps', ['orders']],
      ['status.verdict.layer=Service', ['orders', 'shop']],
      ['status.verdict.layer=Service,status.verdict.owner!=DevOps', ['shop']],
      ['status.verdict.reason=Healthy', []],
      ['spec.suspend=true', ['shop']],
      ['spec.suspend=false', ['orders']],
    ])('selects by %s', async (selector, names) => {
      const found = await kubectl('get', 'stp', '-n', 'columns', '--field-selector', selector, '-o', 'name');
      expect(found).toBe(names.map((name) => `statusprobe.statusprobe.dev/${name}\n`).join(''));
    });

    it('finds them by their category', async () => {
      expect(await kubectl('api-resources', '--categories=statusprobe', '--no-headers', '-o', 'name')).toBe(
        'statusprobes.statusprobe.dev\n',
      );
    });

    it('explains every field', async () => {
      const openAPI = JSON.parse(
        await kubectl('get', '--raw', `/openapi/v3/apis/${STATUS_PROBE.group}/${STATUS_PROBE.version}`),
      );
      const schemas: StructuralSchema[] = Object.values(openAPI.components.schemas);
      const statusProbeSchema = schemas.find(
        (schema) => schema.title === STATUS_PROBE.kind,
      ) as StructuralSchema;
      const { spec, status } = statusProbeSchema.properties ?? {};
      expect(undescribed('spec', spec as StructuralSchema)).toEqual([]);
      expect(undescribed('status', status as StructuralSchema)).toEqual([]);
      const { properties } = statusProbeCRD().spec.versions[0].schema.openAPIV3Schema;
      expect(fieldNames(spec as StructuralSchema)).toEqual(fieldNames(properties?.spec as StructuralSchema));
      expect(await kubectl('explain', 'stp.spec.diagnose.hops.mode')).toContain(
        'SafeMethods asks the hops only',
      );
    });
  });
});

const URL_SPEC = { target: { url: 'https://shop.example.com/health' } };
const COLUMNS = ['TARGET', 'CODE', 'HEALTHY', 'OWNER', 'REASON', 'CULPRIT', 'SINCE'];
const WIDE_COLUMNS = ['AGE', 'CHECKED', 'READY', 'LAYER', 'ANSWERED-BY', 'MESSAGE'];

/** What kubectl printed for each of several files, by their names; several sentences stand in one pair of brackets. */
function refusalsIn(stderr: string): Record<string, string> {
  const refusals = stderr.matchAll(
    /^Error from server .*\/(?<name>[^/"]+)\.yaml": StatusProbe.*? (?:is invalid|as a StatusProbe): (?<sentences>.*)$/gm,
  );
  return Object.fromEntries([...refusals].map(({ groups }) => [groups?.name, groups?.sentences]));
}

function printed(sentences: readonly string[]): string {
  return sentences.length === 1 ? String(sentences[0]) : `[${sentences.join(', ')}]`;
}

/** CEL judges the form of a URL; without an API server it is parsed as well. */
function isUnparsableURL(resolution: Resolution): boolean {
  return !resolution.ok && resolution.message.includes('must be an absolute http or https URL');
}

function undescribed(path: string, { description, properties = {}, items }: StructuralSchema): string[] {
  return [
    ...(description ? [] : [path]),
    ...(items ? undescribed(`${path}[]`, items) : []),
    ...Object.entries(properties).flatMap(([name, property]) => undescribed(`${path}.${name}`, property)),
  ];
}

function fieldNames({ properties = {}, items }: StructuralSchema): string[] {
  const own = Object.entries(properties).flatMap(([name, property]) => [name, ...fieldNames(property)]);
  return [...own, ...(items ? fieldNames(items) : [])].sort();
}
