import type { AnswerEvidence } from '../model/answering.ts';
import { inability, isAtMaximum } from '../model/autoscaler.ts';
import { defineCheck } from '../model/check.ts';
import { askedPods } from '../model/lateness.ts';
import { referenceTo } from '../model/reference.ts';

/** A share of a request is measured, and there is no request. */
const MISSING_REQUEST = /missing request for (\w+)/;

/** Every Pod that was asked takes the request and is late with its answer. */
function isLoaded(evidence: AnswerEvidence): boolean {
  const { slow, quick } = askedPods(evidence);
  return slow.length > 0 && quick.length === 0;
}

const OVERLOAD = [429, 503, 504, 'Timeout'] as const;

export const horizontalPodAutoscaler = defineCheck({
  id: 'horizontal-pod-autoscaler',
  title: 'The HorizontalPodAutoscaler can add Pods when they are needed',
  layer: 'Pod',
  needs: ['autoscalers', 'observation', 'request', 'home'],
  wants: ['hops', 'endpoints'],
  reasons: {
    AutoscalerAtMaximum: {
      severity: 'Warning',
      owner: 'DevOps',
      message: 'HorizontalPodAutoscaler {autoscaler} wants more Pods than its maximum of {maximum}',
      fix: 'Raise maxReplicas of HorizontalPodAutoscaler {autoscaler}, or see what uses up the Pods of {workload}',
      command: "kubectl -n '{namespace}' describe hpa '{autoscaler}'",
      explains: OVERLOAD,
    },
    AutoscalerMissesRequest: {
      severity: 'Error',
      owner: 'DevOps',
      message:
        'Containers of {workload} set no {resource} request, so HorizontalPodAutoscaler {autoscaler} never adds Pods',
      fix: 'Set a {resource} request for every container of {workload}',
      command: "kubectl -n '{namespace}' describe hpa '{autoscaler}'",
      explains: OVERLOAD,
      leadsTo: ['CPUAtLimit'],
    },
    AutoscalerHasNoMetrics: {
      severity: 'Warning',
      owner: 'DevOps',
      message:
        'HorizontalPodAutoscaler {autoscaler} cannot read its metrics, so it adds no Pods to {workload}',
      fix: 'See why metrics-server or the metrics adapter does not answer HorizontalPodAutoscaler {autoscaler}',
      command: "kubectl -n '{namespace}' describe hpa '{autoscaler}'",
      explains: OVERLOAD,
    },
  },
  run({ autoscalers, ...evidence }, report) {
    const { home } = evidence;
    const load = isLoaded(evidence) ? {} : ({ severity: 'Info' } as const);
    return autoscalers.flatMap((autoscaler) => {
      const { metadata, spec } = autoscaler;
      const { name, namespace = home } = metadata;
      const subject = referenceTo({ kind: 'HorizontalPodAutoscaler', namespace, name }, home);
      const workload = referenceTo({ ...spec.scaleTargetRef, namespace }, home);
      const slots = { autoscaler: name, namespace, workload: workload.ref, maximum: spec.maxReplicas };
      // Nobody has measured the load: that more Pods would help is a guess.
      const guess = { slots, confidence: 'Low' } as const;
      const atMaximum = isAtMaximum(autoscaler)
        ? [
            report('AutoscalerAtMaximum', {
              ...guess,
              ...load,
              subject: { ...subject, field: 'spec.maxReplicas' },
            }),
          ]
        : [];
      const why = inability(autoscaler);
      if (why === undefined) return atMaximum;
      const [, resource] = MISSING_REQUEST.exec(why) ?? [];
      if (resource === undefined)
        return [report('AutoscalerHasNoMetrics', { ...guess, ...load, subject, evidence: [why] })];
      const field = 'spec.template.spec.containers';
      return [
        report('AutoscalerMissesRequest', {
          ...guess,
          slots: { ...slots, resource },
          subject: { ...workload, field },
          evidence: [why],
        }),
      ];
    });
  },
});
