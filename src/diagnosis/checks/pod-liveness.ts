import { secondsSince } from '../model/age.ts';
import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { PROCESS_ENDED } from '../model/consequences.ts';
import { eventsAbout, isAboutContainer } from '../model/events-about.ts';
import type { KubernetesEvent } from '../model/kubernetes.ts';
import { describeProbe, probeAnswer } from '../model/probe-answer.ts';
import { type ServingContainer, servingContainers } from '../model/serving-containers.ts';
import { fieldOf, weightAmong } from '../model/serving-pods.ts';

/** A kill that is longer ago than this explains nothing of now. */
const RECENT_SECONDS = 900;

const PROBES = [
  { probe: 'Liveness', field: 'livenessProbe', reason: 'LivenessProbeKills' },
  { probe: 'Startup', field: 'startupProbe', reason: 'StartupProbeKills' },
] as const;

/** The kubelet's announcement that it killed this very container for this probe, a short while ago. */
const killFor = (
  { pod, container }: ServingContainer,
  probe: string,
  events: readonly KubernetesEvent[],
  now: string,
) =>
  eventsAbout('Pod', pod.metadata, events).find(
    (event) =>
      event.reason === 'Killing' &&
      secondsSince(event.time, now) < RECENT_SECONDS &&
      isAboutContainer(event, container.name) &&
      event.message.includes(`failed ${probe.toLowerCase()} probe`),
  );

export const podLiveness = defineCheck({
  id: 'pod-liveness',
  title: 'No probe makes the kubelet kill a container',
  layer: 'Pod',
  needs: ['pods', 'events', 'observation'],
  reasons: {
    LivenessProbeKills: {
      severity: 'Error',
      owner: 'Developer',
      message:
        'The kubelet kills container {container} of {workload}, for its liveness probe {summary}: {asked}',
      fix: 'Let the liveness probe ask what container {container} answers, and give it the time that it needs',
      command: "kubectl -n '{namespace}' get events --field-selector reason=Unhealthy",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: [
        'CrashLoop',
        'ContainerRestarted',
        'ReadinessPathNotFound',
        'ReadinessAnswersError',
        ...PROCESS_ENDED,
      ],
    },
    StartupProbeKills: {
      severity: 'Error',
      owner: 'Developer',
      message:
        'The kubelet kills container {container} of {workload}, for its startup probe {summary}: {asked}',
      fix: 'Let the startup probe ask what container {container} answers, and give it the time that it needs',
      command: "kubectl -n '{namespace}' get events --field-selector reason=Unhealthy",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: ['CrashLoop', 'ContainerRestarted', ...PROCESS_ENDED],
    },
  },
  run({ pods, events, observation }, report) {
    const weight = weightAmong(pods);
    return servingContainers(pods).flatMap((one) =>
      PROBES.flatMap(({ probe, field, reason }) => {
        const asked = one.container[field];
        const kill = killFor(one, probe, events, observation.time);
        if (asked === undefined || kill === undefined) return [];
        const answer = probeAnswer(probe, one, events);
        const summary = answer?.summary ?? 'fails';
        const slots = { ...one.names, summary, asked: describeProbe(asked) };
        const evidence = [kill.message, ...(answer === undefined ? [] : [answer.words])];
        const subject = fieldOf(one.workload, `${one.field}.${field}`);
        return [report(reason, { subject, slots, evidence, ...weight })];
      }),
    );
  },
});
