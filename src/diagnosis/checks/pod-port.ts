import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { TARGETS_UNHEALTHY } from '../model/consequences.ts';
import { dialledPods, isDeclaredInVain } from '../model/dialled-pods.ts';
import { namesOf, workloadOf } from '../model/serving-pods.ts';

export const podPort = defineCheck({
  id: 'pod-port',
  title: 'The Pods listen on the port that they declare',
  layer: 'Pod',
  needs: ['pods', 'dials', 'observation'],
  reasons: {
    DeclaredPortNotOpen: {
      severity: 'Error',
      owner: 'Developer',
      message: 'Pods of {workload} declare port {port}, and nothing listens there',
      fix: 'Make the process listen on port {port} of all interfaces, not of 127.0.0.1 alone',
      command: "kubectl -n '{namespace}' logs '{object}'",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: TARGETS_UNHEALTHY,
    },
  },
  run({ pods, dials, observation }, report) {
    const dialled = dialledPods(pods, dials, observation.time);
    const silent = dialled.filter(isDeclaredInVain);
    const [first] = silent;
    if (first === undefined) return [];
    const workload = workloadOf(first.pod, pods);
    return [
      report('DeclaredPortNotOpen', {
        subject: workload,
        slots: { ...namesOf(workload), port: first.port },
        observed: 'connection refused',
        expected: `a listener on port ${first.port}`,
        severity: silent.length === dialled.length ? 'Error' : 'Warning',
        confidence: silent.some(({ isNew }) => isNew) ? 'Low' : 'High',
      }),
    ];
  },
});
