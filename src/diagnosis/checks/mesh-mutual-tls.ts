import { applicationOf, podHops, routerOf, routeState } from '../model/answering.ts';
import { defineCheck } from '../model/check.ts';
import { TARGETS_UNHEALTHY } from '../model/consequences.ts';
import { isRecent, lastEnd } from '../model/container-end.ts';
import type { Evidence } from '../model/evidence.ts';
import { answeredByApplication } from '../model/observation.ts';
import { holdsMeshProxy, isBehindIstio, isMeshProxy } from '../model/proxy-in-pods.ts';
import { servingContainers } from '../model/serving-containers.ts';
import { hasCondition, namesOf, servingPods } from '../model/serving-pods.ts';
import { isOtherThanEnvoy } from '../topology/backend-protocol.ts';
import { asksOverTLS } from '../topology/scheme-decider.ts';

type Needed = Pick<
  Evidence,
  | 'observation'
  | 'request'
  | 'home'
  | 'statusProbe'
  | 'ingress'
  | 'ingressClass'
  | 'service'
  | 'endpoints'
  | 'pods'
  | 'hops'
  | 'dials'
> &
  Partial<Pick<Evidence, 'controllerPods'>>;

/** Load balancers of AWS stand outside the cluster, and outside its mesh. */
const OF_AWS = /^(?:ingress\.k8s\.aws|eks\.amazonaws\.com)\//;

/** Whether the router is known to have no proxy of the mesh beside it, which would bring the certificate. */
function isOutsideMesh({ ingressClass, controllerPods = [] }: Needed): boolean {
  const controller = ingressClass.ingressClass?.spec.controller;
  if (controller === undefined || !isOtherThanEnvoy(controller)) return false;
  return OF_AWS.test(controller) || (controllerPods.length > 0 && !holdsMeshProxy(controllerPods));
}

/** Protocols of which Istio's proxy passes on whatever the application does to a connection. */
const PASSED_ON = /^(?:tcp|tls|https|mongo|mysql|postgres|redis|udp)(?:-|$)/i;

/** Whether the proxy reads what is sent to the port as HTTP, and answers for an application that hangs up. */
function isReadAsHTTP({ service: { port } }: Needed): boolean {
  const { appProtocol, name = '' } = port ?? {};
  return port !== undefined && !PASSED_ON.test(appProtocol ?? name);
}

const isRouterFailure = ({ observation }: Needed): boolean =>
  (observation.code === 502 || observation.code === 503) && !answeredByApplication(observation);

/** An application that ended lately may have closed the connections by that. */
function areContainersSteady({ pods, observation: { time } }: Needed): boolean {
  return servingContainers(pods)
    .filter(({ isInit, container }) => !isInit && !isMeshProxy(container))
    .every((one) => {
      const end = lastEnd(one);
      return one.status.state?.running !== undefined && (end === undefined || !isRecent(end, time));
    });
}

/** Asked over TLS, the proxy takes the handshake, and wants a certificate of the mesh in it. */
const CLOSED: ReadonlySet<string | undefined> = new Set(['ClosedBeforeHeaders', 'TLSExpected']);

/** Whether every Pod took the connection and ended it without a word. */
function areClosedByAll({ pods, hops, endpoints, dials }: Needed): boolean {
  const asked = podHops({ hops, endpoints });
  const serving = servingPods(pods).filter((pod) => hasCondition(pod, 'Ready'));
  const isOpen = (address: string, port: number) =>
    dials.some((dial) => dial.address === address && dial.port === port && dial.result === 'Open');
  return (
    asked.length > 0 &&
    serving.length > 0 &&
    serving.every(isBehindIstio) &&
    asked.every(
      ({ address, port, observation: { failure } }) => CLOSED.has(failure?.reason) && isOpen(address, port),
    )
  );
}

const isOfMesh = (evidence: Needed): boolean =>
  isRouterFailure(evidence) &&
  routeState(evidence) === 'Complete' &&
  isOutsideMesh(evidence) &&
  !asksOverTLS(evidence) &&
  isReadAsHTTP(evidence) &&
  areContainersSteady(evidence) &&
  areClosedByAll(evidence);

export const meshMutualTLS = defineCheck({
  id: 'mesh-mutual-tls',
  title: 'Sidecars of a mesh take plain requests of routers that are outside the mesh',
  layer: 'Network',
  needs: [
    'observation',
    'request',
    'home',
    'statusProbe',
    'ingress',
    'ingressClass',
    'service',
    'endpoints',
    'pods',
    'hops',
    'dials',
  ],
  wants: ['controllerPods'],
  reasons: {
    SidecarWantsMutualTLS: {
      severity: 'Error',
      owner: 'DevOps',
      message:
        'The sidecar of the mesh in {workload} closes every plain connection, and {router} is served from outside the mesh, without a certificate of it',
      fix: 'Take the ingress controller into the mesh, or let a PeerAuthentication for {workload} be PERMISSIVE',
      command: 'kubectl get peerauthentications.security.istio.io --all-namespaces -o yaml',
      explains: [502, 503],
      leadsTo: ['AnsweredBeforePods', ...TARGETS_UNHEALTHY],
    },
  },
  run(evidence, report) {
    if (!isOfMesh(evidence)) return [];
    const subject = applicationOf(evidence);
    const { workload } = namesOf(subject);
    const router = routerOf(evidence)?.ref ?? 'the host';
    return [
      report('SidecarWantsMutualTLS', {
        subject,
        slots: { workload, router },
        evidence: podHops(evidence).map(
          ({ ref, observation: { failure } }) => `${ref}, asked directly: ${failure?.message ?? ''}`,
        ),
        confidence: 'Medium',
      }),
    ];
  },
});
