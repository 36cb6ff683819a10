import type { Condition, KubernetesObject } from './kubernetes.ts';

export interface HorizontalPodAutoscaler extends KubernetesObject {
  readonly spec: {
    readonly scaleTargetRef: { readonly kind: string; readonly name: string };
    readonly minReplicas?: number;
    readonly maxReplicas: number;
  };
  readonly status?: {
    readonly currentReplicas?: number;
    readonly desiredReplicas?: number;
    readonly lastScaleTime?: string;
    readonly conditions?: readonly Condition[];
  };
}

const conditionOf = ({ status }: HorizontalPodAutoscaler, type: string): Condition | undefined =>
  status?.conditions?.find((condition) => condition.type === type);

/** More Pods are wanted than it may have; at its minimum it is as it should be. */
export const isAtMaximum = (autoscaler: HorizontalPodAutoscaler): boolean => {
  const limited = conditionOf(autoscaler, 'ScalingLimited');
  return limited?.status === 'True' && limited.reason === 'TooManyReplicas';
};

/** Why it does not scale: while its workload is scaled to 0 it is meant not to. */
export function inability(autoscaler: HorizontalPodAutoscaler): string | undefined {
  const active = conditionOf(autoscaler, 'ScalingActive');
  if (active?.status !== 'False' || active.reason === 'ScalingDisabled') return undefined;
  return active.message ?? active.reason ?? 'ScalingActive is False';
}
