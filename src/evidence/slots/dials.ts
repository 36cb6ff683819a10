import { portsOf, probesOf, runningContainers } from '../../diagnosis/model/container-ports.ts';
import { couldNotLook, found } from '../../diagnosis/model/lookup.ts';
import type { Observation } from '../../diagnosis/model/observation.ts';
import type { Container, ContainerProbe, Pod } from '../../diagnosis/model/pod.ts';
import type { Dial, RouteEndpoint } from '../../diagnosis/model/route-evidence.ts';
import type { Dialler, SlotContext, SlotReader } from '../slot-context.ts';

const USUAL_ENDPOINTS = 5;
const MAXIMUM_ALTERNATIVES = 5;
/** Hops that take longer are not waited for. */
const HOPS_MILLISECONDS = 250;

type Attempt = Omit<Dial, 'result'>;

type OpenEndpoint = RouteEndpoint & { readonly port: number };

/** What may set one apart from others: its node, and its ReplicaSet, after which its Pod is named. */
const traitsOf = ({ nodeName, podName }: RouteEndpoint): readonly string[] => [
  `node ${nodeName}`,
  `set ${podName?.replace(/-[^-]*$/, '')}`,
];

/** The endpoints that are worth a request each: those that get traffic first, and of them those that differ most. */
export function endpointsToAsk(
  endpoints: readonly RouteEndpoint[],
  { settings }: Pick<SlotContext, 'settings'>,
): readonly OpenEndpoint[] {
  const { endpoints: most = USUAL_ENDPOINTS } = settings;
  const left = endpoints
    .filter((endpoint): endpoint is OpenEndpoint => endpoint.port !== undefined)
    .map((endpoint) => ({ endpoint, traits: traitsOf(endpoint) }));
  const seen = new Set<string>();
  const worth = ({ endpoint, traits }: (typeof left)[number]) =>
    (endpoint.ready ? traits.length + 1 : 0) + traits.filter((trait) => !seen.has(trait)).length;
  const asked: OpenEndpoint[] = [];
  while (asked.length < most && left.length > 0) {
    const next = left.reduce((best, each) => (worth(each) > worth(best) ? each : best));
    left.splice(left.indexOf(next), 1);
    asked.push(next.endpoint);
    for (const trait of next.traits) seen.add(trait);
  }
  return asked;
}

const probedPort = ({ httpGet, tcpSocket }: ContainerProbe): number[] => {
  const port = httpGet?.port ?? tcpSocket?.port;
  return typeof port === 'number' ? [port] : [];
};

/** Ports that a container says it opens: in its ports, or by how it wants to be probed. */
const namedPorts = (container: Container): readonly number[] => [
  ...portsOf([container]).map(({ containerPort }) => containerPort),
  ...probesOf(container).flatMap(probedPort),
];

/** Other ports of one Pod, to suggest the one that was meant. */
function alternatives(pod: Pod | undefined, used: number | undefined): readonly Attempt[] {
  const address = pod?.status.podIP;
  if (pod === undefined || address === undefined) return [];
  const ports = new Set(runningContainers(pod).flatMap(namedPorts));
  return [...ports]
    .filter((port) => port !== used)
    .slice(0, MAXIMUM_ALTERNATIVES)
    .map((port) => ({ address, port, podName: pod.metadata.name, alternative: true }));
}

const attemptKey = ({ address, port }: Pick<Attempt, 'address' | 'port'>): string => `${address} ${port}`;

/** Whom a hop has been connected to: that port is open, and is not dialled again. */
async function reachedByHops({ slot }: SlotContext): Promise<ReadonlySet<string>> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), HOPS_MILLISECONDS);
  const hops = await Promise.race([slot('hops'), late.promise]);
  clearTimeout(timer);
  if (!hops?.ok) return new Set();
  return new Set(hops.value.filter(({ observation }) => isAnswered(observation)).map(attemptKey));
}

const isAnswered = ({ code, failure }: Observation): boolean =>
  code !== undefined || failure?.phase === 'Wait';

async function dialAll(context: SlotContext, dial: Dialler, attempts: readonly Attempt[]): Promise<Dial[]> {
  const reached = await reachedByHops(context);
  return Promise.all(
    attempts.map(async (attempt) => ({
      ...attempt,
      result: reached.has(attemptKey(attempt)) ? 'Open' : await dial(attempt.address, attempt.port),
    })),
  );
}

export const readDials: SlotReader<'dials'> = async (context) => {
  const { slot, dial } = context;
  const [behind, selected] = await Promise.all([slot('endpoints'), slot('pods')]);
  if (!behind.ok) return behind;
  if (dial === undefined) return couldNotLook('NotConfigured', 'Ports of Pods are not dialled from here');
  const endpoints = endpointsToAsk(behind.value, context);
  const pods = selected.ok ? selected.value.pods : [];
  const first = endpoints[0];
  const sample = first
    ? pods.find(({ metadata }) => metadata.name === first.podName)
    : pods.find(({ status }) => status.phase === 'Running' && status.podIP !== undefined);
  const used = endpoints.map(({ address, port, podName }) => ({
    address,
    port,
    ...(podName === undefined ? {} : { podName }),
    alternative: false,
  }));
  return found(await dialAll(context, dial, [...used, ...alternatives(sample, first?.port)]));
};
