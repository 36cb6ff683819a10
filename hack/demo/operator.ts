import { join } from 'node:path';
import type { Cluster } from './cluster.ts';

export const OPERATOR_NAMESPACE = 'statusprobe-system';
const CRDS = join(import.meta.dirname, '../../crds');

/** Installs the CRD and the operator, and waits until it is ready; an operator that runs already is replaced. */
export function installOperator({ kubectl, overlay }: Cluster) {
  kubectl(['apply', '--server-side', '--force-conflicts', '-f', CRDS]);
  kubectl(['wait', '--for=condition=Established', 'crd/statusprobes.statusprobe.dev', '--timeout=60s']);
  kubectl(['apply', '-k', overlay]);
  // Waits until they are gone: one that is still ending would judge probes too.
  kubectl([
    ...['-n', OPERATOR_NAMESPACE, 'delete', 'pods', '-l', 'app.kubernetes.io/name=statusprobe'],
    '--timeout=60s',
  ]);
  kubectl(['-n', OPERATOR_NAMESPACE, 'rollout', 'status', 'deployment/statusprobe', '--timeout=180s']);
}
