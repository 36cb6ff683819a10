import { setTimeout as delay } from 'node:timers/promises';
import { APPLICATIONS, type Application, manifestsOf } from '../../test/faulty-app/applications.ts';
import type { Cluster } from './cluster.ts';

export const NAMESPACE = 'statusprobe-demo';
const PATIENCE_MILLISECONDS = 180_000;

interface StatusProbe {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly verdict?: {
      readonly owner: string;
      readonly layer: string;
      readonly reason: string;
      readonly culprit?: { readonly ref: string };
    };
  };
}

/** Applies every application with its StatusProbe; what an earlier run left is replaced. */
export function deployApplications({ kubectl, faultyAppImage, ingressClassName }: Cluster) {
  kubectl(
    ['apply', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }),
  );
  // What an earlier operator wrote is no verdict of this one.
  kubectl(['delete', 'statusprobes', '--all', '-n', NAMESPACE]);
  const items = APPLICATIONS.flatMap((app) => manifestsOf(app, faultyAppImage, ingressClassName));
  kubectl(
    ['apply', '-n', NAMESPACE, '--server-side', '--force-conflicts', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  );
}

/** A probe and what it should say. */
export type Expectation = Pick<Application, 'name' | 'expected'>;

/** One sentence about a verdict that is not as expected, or undefined. */
export function difference(
  { name, expected }: Expectation,
  probe: StatusProbe | undefined,
): string | undefined {
  const { verdict, conditions = [] } = probe?.status ?? {};
  const seen = {
    healthy: conditions.find(({ type }) => type === 'Healthy')?.status,
    owner: verdict?.owner,
    layer: verdict?.layer,
    reason: verdict?.reason,
    culprit: verdict?.culprit?.ref,
  };
  const keys = ['healthy', 'owner', 'layer', 'reason', 'culprit'] as const;
  const wrong = keys.filter((key) => seen[key] !== expected[key]);
  if (wrong.length === 0) return undefined;
  return `${name}: ${wrong.map((key) => `${key} is ${seen[key]}, expected ${expected[key]}`).join('; ')}`;
}

/** Waits until every verdict is as expected, at most 3 minutes; returns what is still different. */
export async function awaitVerdicts(
  { kubectl }: Cluster,
  namespace = NAMESPACE,
  expectations: readonly Expectation[] = APPLICATIONS,
): Promise<readonly string[]> {
  const deadline = performance.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    const { items } = JSON.parse(kubectl(['get', 'statusprobes', '-n', namespace, '-o', 'json'])) as {
      items: readonly StatusProbe[];
    };
    const differences = expectations.flatMap(
      (expectation) =>
        difference(
          expectation,
          items.find(({ metadata }) => metadata.name === expectation.name),
        ) ?? [],
    );
    if (differences.length === 0 || performance.now() > deadline) return differences;
    await delay(1000);
  }
}
