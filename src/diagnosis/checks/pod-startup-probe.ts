import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { NO_POD_SERVES } from '../model/consequences.ts';
import { describeProbe, probeAnswer } from '../model/probe-answer.ts';
import { servingContainers } from '../model/serving-containers.ts';
import { fieldOf, weightAmong } from '../model/serving-pods.ts';

export const podStartupProbe = defineCheck({
  id: 'pod-startup-probe',
  title: 'The startup probes of the Pods pass',
  layer: 'Pod',
  needs: ['pods', 'events'],
  reasons: {
    StartupProbeFailing: {
      severity: 'Error',
      owner: 'Developer',
      message: 'The startup probe of container {container} of {workload} {summary}: {asked}',
      fix: 'See why container {container} does not come up, or give it the time that it needs',
      command: "kubectl -n '{namespace}' logs '{object}' -c '{container}'",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: NO_POD_SERVES,
    },
  },
  run({ pods, events }, report) {
    const weight = weightAmong(pods);
    return servingContainers(pods).flatMap((one) => {
      const { workload, field, names, container, status } = one;
      const { startupProbe } = container;
      const isAsked = status.state?.running !== undefined && status.started === false;
      const answer = isAsked ? probeAnswer('Startup', one, events) : undefined;
      if (startupProbe === undefined || answer === undefined) return [];
      return [
        report('StartupProbeFailing', {
          subject: fieldOf(workload, `${field}.startupProbe`),
          slots: { ...names, summary: answer.summary, asked: describeProbe(startupProbe) },
          evidence: [answer.words],
          ...weight,
          // What is slow to start fails for a while; only a path that is not there never comes.
          ...(answer.kind === 'NotFound' ? {} : { confidence: 'Low' }),
        }),
      ];
    });
  },
});
