import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { NO_POD_SERVES } from '../model/consequences.ts';
import { isStarting } from '../model/pod-starting.ts';
import { describeProbe, type ProbeAnswer, probeAnswer } from '../model/probe-answer.ts';
import { type ServingContainer, servingContainers } from '../model/serving-containers.ts';
import { fieldOf, weightAmong } from '../model/serving-pods.ts';

/** Per kind of answer: the reason, the part of the probe that it is about, and what the probe wants. */
const KINDS = {
  NotFound: { reason: 'ReadinessPathNotFound', part: 'path', expected: 'a code from 200 to 399' },
  ServerError: { reason: 'ReadinessAnswersError', part: '', expected: 'a code from 200 to 399' },
  Refused: { reason: 'ReadinessPortRefused', part: 'port', expected: 'a listener on the port' },
  TooSlow: { reason: 'ReadinessTooSlow', part: '', expected: 'an answer in time' },
  Other: { reason: 'ReadinessProbeFailing', part: '', expected: 'a passing probe' },
} as const;

/** `spec.containers[0].readinessProbe.httpGet.path`, as far as the kind of probe has the part. */
function fieldOfProbe({ container, field }: ServingContainer, part: string): string {
  const { httpGet, tcpSocket, grpc } = container.readinessProbe ?? {};
  const action = httpGet ? 'httpGet' : tcpSocket ? 'tcpSocket' : grpc && 'grpc';
  const rest = part === '' || action === undefined ? [] : [action, part];
  return [field, 'readinessProbe', ...rest].join('.');
}

/** Up, with a readiness probe that does not pass; one whose startup probe has not passed is not asked yet. */
const isUnready = ({ container, status, isInit }: ServingContainer): boolean =>
  !isInit &&
  !status.ready &&
  status.started !== false &&
  status.state?.running !== undefined &&
  container.readinessProbe !== undefined;

/** What no Event tells any more. */
const UNTOLD = { kind: 'Other', summary: 'does not pass' } as const;

type Told = ProbeAnswer | typeof UNTOLD;

/** No listener yet, or a slow first answer, is what a process looks like that starts. */
const mayComeYet = (answer: Told): boolean =>
  answer === UNTOLD || answer.kind === 'Refused' || answer.kind === 'TooSlow';

/** What the findings about one failing probe have in common. */
function describe({ names, container: { readinessProbe = {} } }: ServingContainer, answer: Told) {
  const { kind, summary } = answer;
  return {
    slots: { ...names, summary, asked: describeProbe(readinessProbe) },
    observed: summary,
    expected: KINDS[kind].expected,
    ...('words' in answer ? { evidence: [answer.words] } : {}),
  };
}

export const podReadiness = defineCheck({
  id: 'pod-readiness',
  title: 'The readiness probes of the Pods pass',
  layer: 'Pod',
  needs: ['pods', 'observation'],
  wants: ['events'],
  reasons: {
    ReadinessPathNotFound: {
      severity: 'Error',
      owner: 'Developer',
      message: 'The readiness probe of container {container} of {workload} {summary}: {asked}',
      fix: 'Let the readiness probe ask a path that container {container} serves, or serve that path',
      command: "kubectl -n '{namespace}' get '{object}' -o yaml",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: ['ReadinessProbeFailing', ...NO_POD_SERVES],
    },
    ReadinessAnswersError: {
      severity: 'Error',
      owner: 'Developer',
      message: 'The readiness probe of container {container} of {workload} {summary}: {asked}',
      fix: 'See in the log of container {container} what its health check misses',
      command: "kubectl -n '{namespace}' logs '{object}' -c '{container}'",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: ['ReadinessProbeFailing', ...NO_POD_SERVES],
    },
    ReadinessPortRefused: {
      severity: 'Error',
      owner: 'Developer',
      message: 'The readiness probe of container {container} of {workload} {summary}: {asked}',
      fix: 'Let the readiness probe ask the port on which container {container} listens',
      command: "kubectl -n '{namespace}' get '{object}' -o yaml",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: ['ReadinessProbeFailing', ...NO_POD_SERVES],
    },
    ReadinessTooSlow: {
      severity: 'Error',
      owner: 'Developer',
      message: 'The readiness probe of container {container} of {workload} {summary}: {asked}',
      fix: 'Make the health check quicker, or raise timeoutSeconds of the readiness probe',
      command: "kubectl -n '{namespace}' logs '{object}' -c '{container}'",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: ['ReadinessProbeFailing', ...NO_POD_SERVES],
    },
    ReadinessProbeFailing: {
      severity: 'Error',
      owner: 'Developer',
      message: 'The readiness probe of container {container} of {workload} {summary}: {asked}',
      fix: 'See why container {container} does not pass its readiness probe',
      command: "kubectl -n '{namespace}' describe '{object}'",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: NO_POD_SERVES,
    },
  },
  run({ pods, observation, events = [] }, report) {
    const weight = weightAmong(pods);
    const unready = servingContainers(pods).filter(isUnready);
    return unready.flatMap((one) => {
      const answer = probeAnswer('Readiness', one, events) ?? UNTOLD;
      if (mayComeYet(answer) && isStarting(one, observation.time)) return [];
      const { reason, part } = KINDS[answer.kind];
      const statement = { ...describe(one, answer), ...weight };
      const at = (field: string) => fieldOf(one.workload, field);
      // The Pod's status shows that the probe fails; only Events tell why.
      const failing = report('ReadinessProbeFailing', {
        ...statement,
        subject: at(fieldOfProbe(one, '')),
        ...(answer === UNTOLD ? { confidence: 'Medium' } : {}),
      });
      if (reason === 'ReadinessProbeFailing') return [failing];
      return [report(reason, { ...statement, subject: at(fieldOfProbe(one, part)) }), failing];
    });
  },
});
