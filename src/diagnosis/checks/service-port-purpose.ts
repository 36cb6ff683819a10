import { writtenByApplication } from '../model/answering.ts';
import { defineCheck } from '../model/check.ts';
import { ASIDE, portNumber, probedPorts, runningContainers } from '../model/container-ports.ts';
import { dialledPods } from '../model/dialled-pods.ts';
import type { Evidence } from '../model/evidence.ts';
import type { Container, Pod } from '../model/pod.ts';
import { hasCondition, servingPods } from '../model/serving-pods.ts';

const FOR_CALLERS =
  /^(?:https?|web|www|api|app|application|server|rest|main)(?:-(?:port|web|api|app|http))?$/;

/** A path, or a Service, of which the caller means just such a port. */
const ASKS_ASIDE =
  /^\/(?:metrics|prometheus|actuator|admin|management|health|healthz|livez|readyz|ready|debug)\b/;
const NAMED_ASIDE = /-(?:metrics|monitoring|admin|management|mgmt|health|debug)$/;

/** What a server says of a route that it does not have. */
const NO_SUCH_ROUTE: ReadonlySet<number | undefined> = new Set([400, 404, 405, 426]);

const probedPort = ({ readinessProbe, ports = [] }: Container): number | undefined => {
  const port = readinessProbe?.httpGet?.port;
  return typeof port === 'string' ? ports.find(({ name }) => name === port)?.containerPort : port;
};

interface Misled {
  /** Name of the port to which the Service sends. */
  readonly aside: string;
  /** The one that callers should get. */
  readonly meant: number | string;
}

/** The same container has a port for callers, on which it is known to listen. */
function misled(pod: Pod, target: number | undefined, open: readonly number[]): Misled | undefined {
  const container = runningContainers(pod).find(({ ports = [] }) =>
    ports.some(({ containerPort }) => containerPort === target),
  );
  const ports = (container?.ports ?? []).filter(({ protocol = 'TCP' }) => protocol === 'TCP');
  const aside = ports.find(({ containerPort }) => containerPort === target)?.name;
  if (container === undefined || aside === undefined || !ASIDE.test(aside)) return undefined;
  const probed = probedPort(container);
  const meant = ports.filter(
    ({ name = '', containerPort }) =>
      containerPort !== target &&
      !ASIDE.test(name) &&
      open.includes(containerPort) &&
      (containerPort === probed || FOR_CALLERS.test(name)),
  );
  const [port] = meant;
  return port === undefined || meant.length > 1
    ? undefined
    : { aside, meant: port.name ?? port.containerPort };
}

type Seen = Pick<Evidence, 'service' | 'pods' | 'observation' | 'request'> & Partial<Pick<Evidence, 'dials'>>;

/** Every Pod says so; the Service and the path do not say that this is what is wanted. */
function misledPods({ service: route, pods, dials = [], observation, request }: Seen): Misled | undefined {
  const { service, port, reference } = route;
  const isWanted = ASIDE.test(port?.name ?? '') || NAMED_ASIDE.test(reference.name);
  if (service === undefined || port === undefined || isWanted || ASKS_ASIDE.test(request.path))
    return undefined;
  const dialled = dialledPods(pods, dials, observation.time);
  const ready = servingPods(pods).filter((pod) => hasCondition(pod, 'Ready'));
  const open = dialled.flatMap((each) => each.open);
  const found = ready.map((pod) =>
    misled(pod, portNumber(pod, port.targetPort ?? port.port), [...open, ...probedPorts(pod)]),
  );
  return found.every((each) => each !== undefined) ? found[0] : undefined;
}

export const servicePortPurpose = defineCheck({
  id: 'service-port-purpose',
  title: 'The Service sends to the port of its Pods that is meant for callers',
  layer: 'Service',
  needs: ['service', 'pods', 'observation', 'request', 'home'],
  wants: ['dials', 'hops', 'endpoints', 'ingress', 'httpRoute'],
  reasons: {
    TargetPortNotForCallers: {
      severity: 'Error',
      owner: 'DevOps',
      message:
        'Service {service} sends to port {targetPort}, which its Pods name {aside}, though they serve on port {meant}',
      fix: 'Set targetPort of Service {service} to {meant}',
      command: "kubectl -n '{namespace}' get service '{service}' -o yaml",
      explains: [400, 404, 405, 426],
      leadsTo: [
        'ApplicationBadRequest',
        'ApplicationRouteNotFound',
        'ApplicationMethodNotAllowed',
        'ApplicationRefuses',
      ],
    },
  },
  run({ home, ...seen }, report) {
    const { service: route, observation } = seen;
    const { code } = observation;
    const found = NO_SUCH_ROUTE.has(code) ? misledPods(seen) : undefined;
    const written = writtenByApplication({ ...seen, home }, (hop) => hop.code === code);
    if (found === undefined || written === undefined || route.port === undefined) return [];
    const { name, namespace = home } = route.reference;
    const index = route.service?.spec.ports?.indexOf(route.port) ?? 0;
    const targetPort = route.port.targetPort ?? route.port.port;
    return [
      report('TargetPortNotForCallers', {
        subject: { ...route.reference, field: `spec.ports[${index}].targetPort` },
        slots: { service: name, namespace, targetPort, ...found },
        observed: String(targetPort),
        expected: String(found.meant),
        confidence: written === 'Low' ? 'Low' : 'Medium',
      }),
    ];
  },
});
