import { portNumber, runningContainers } from '../../diagnosis/model/container-ports.ts';
import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import type { HealthAnswer } from '../../diagnosis/model/health-answer.ts';
import { isTooLate } from '../../diagnosis/model/lateness.ts';
import { found } from '../../diagnosis/model/lookup.ts';
import type { Pod } from '../../diagnosis/model/pod.ts';
import { referenceTo } from '../../diagnosis/model/reference.ts';
import type { RouteEndpoint } from '../../diagnosis/model/route-evidence.ts';
import type { HopRequest, SlotReader } from '../slot-context.ts';
import { endpointsToAsk } from './dials.ts';
import { permission } from './hops.ts';

const MAXIMUM_PODS = 2;
const USUAL_PATH = '/healthz';

type Question = Pick<HopRequest, 'address' | 'port' | 'path' | 'scheme'>;

/** Where the kubelet asks whether the Pod is ready; the usual path where it asks otherwise. */
function questionFor(pod: Pod, { address, port }: RouteEndpoint & { port: number }): Question {
  const probes = runningContainers(pod).flatMap(({ readinessProbe }) => readinessProbe?.httpGet ?? []);
  const [probe] = probes;
  if (probe === undefined) return { address, port, path: USUAL_PATH, scheme: 'http' };
  const [path = USUAL_PATH] = (probe.path ?? '/').split(/[?#]/);
  const scheme = probe.scheme === 'HTTPS' ? 'https' : 'http';
  return { address, port: portNumber(pod, probe.port) ?? port, path: path.replace(/^(?!\/)/, '/'), scheme };
}

/** Whether the Pods answer at all while they owe the answer that the probe waits for. */
export const readHealth: SlotReader<'health'> = async (context) => {
  const { slot, observation, probe } = context;
  if (!isTooLate(observation)) return NOT_APPLICABLE;
  const [request, endpoints, selected] = await Promise.all([
    slot('request'),
    slot('endpoints'),
    slot('pods'),
  ]);
  if (!request.ok) return request;
  if (!endpoints.ok) return endpoints;
  if (!selected.ok) return selected;
  const { pods } = selected.value;
  const ready = endpoints.value.filter((endpoint) => endpoint.ready);
  const questions = endpointsToAsk(ready, context).flatMap((endpoint) => {
    const pod = pods.find(({ metadata }) => metadata.name === endpoint.podName);
    const question = pod && questionFor(pod, endpoint);
    // What the probe itself asks tells nothing beside itself.
    return pod && question && question.path !== request.value.path ? [{ pod, question }] : [];
  });
  if (questions.length === 0) return NOT_APPLICABLE;
  const ask = permission(context, 'GET');
  if (!ask.ok) return ask;
  const answers = questions.slice(0, MAXIMUM_PODS).map(async ({ pod, question }): Promise<HealthAnswer> => {
    const { scheme, ...asked } = question;
    return {
      ref: referenceTo({ kind: 'Pod', ...pod.metadata }, probe.namespace).ref,
      podName: pod.metadata.name,
      ...asked,
      observation: await ask.value({ ...question, withCredentials: false, isHealthCheck: true }),
    };
  });
  return found(await Promise.all(answers));
};
