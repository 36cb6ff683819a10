import { isNginx, isUnsignedJSON, podHops } from '../model/answering.ts';
import type { AuthServiceEvidence } from '../model/auth-service.ts';
import { defineCheck } from '../model/check.ts';
import type { Evidence } from '../model/evidence.ts';
import type { ServicePort } from '../model/kubernetes.ts';
import { answeredByApplication } from '../model/observation.ts';
import { hasCondition, namesOf, servingPods } from '../model/serving-pods.ts';
import type { Confidence } from '../model/vocabulary.ts';
import { isHeadless } from '../topology/service-ports.ts';
import { faultOf } from './pods-down.ts';

type Answer = Pick<Evidence, 'observation'> & Partial<Pick<Evidence, 'hops' | 'endpoints'>>;

/** Whether nginx may have written the answer by itself: nobody else signed it, and no Pod gives the same. */
function isControllers({ observation, ...behind }: Answer): boolean {
  const { code, answeredBy } = observation;
  if (answeredByApplication(observation) || isUnsignedJSON(observation)) return false;
  if (answeredBy !== undefined && !isNginx(answeredBy)) return false;
  return !podHops(behind).some(
    ({ observation: said }) => said.code === code && said.answeredBy?.product === answeredBy?.product,
  );
}

/** What nobody signed may be an error page of the controller as well as the application's. */
function sureness({
  observation,
  ingressClass,
}: Answer & Partial<Pick<Evidence, 'ingressClass'>>): Confidence {
  if (ingressClass?.ingressClass?.spec.controller === undefined) return 'Low';
  return isNginx(observation.answeredBy) ? 'High' : 'Medium';
}

/** Behind a headless Service the caller's port is the Pods' own, which no endpoint need tell. */
const isServed = ({ service, endpoints }: AuthServiceEvidence): boolean => {
  const isAnyPort = service !== undefined && isHeadless(service);
  return endpoints.some(({ ready, port }) => ready && (isAnyPort || port !== undefined));
};

const hasReadyPod = ({ pods }: AuthServiceEvidence): boolean =>
  servingPods(pods).some((pod) => hasCondition(pod, 'Ready'));

const described = (ports: readonly ServicePort[] = []): string =>
  ports.map(({ port }) => port).join(', ') || 'no port';

/** Who never asked the application cannot have got its answer. */
const CONSEQUENCES = ['IngressAuthRequestFails', 'ApplicationError'] as const;

const ofService = <const What extends string, const Fix extends string>(what: What, fix: Fix) =>
  ({
    severity: 'Error',
    owner: 'DevOps',
    message: `Ingress {ingress} asks {service} whether it may let a request through, ${what}`,
    fix,
    command: "kubectl -n '{namespace}' get services,endpointslices",
    explains: [500],
    leadsTo: CONSEQUENCES,
  }) as const;

export const ingressAuthService = defineCheck({
  id: 'ingress-auth-service',
  title: 'The Service that the Ingress asks whether it may let requests through can be asked',
  layer: 'Auth',
  needs: ['ingress', 'authService', 'observation', 'home'],
  wants: ['ingressClass', 'hops', 'endpoints'],
  reasons: {
    AuthServiceNotFound: ofService(
      'which does not exist',
      'Create {service}, or correct annotation auth-url of Ingress {ingress}',
    ),
    AuthServicePortNotFound: ofService(
      'on port {port}, and it has {ports}',
      'Correct the port in annotation auth-url of Ingress {ingress}, or add it to {service}',
    ),
    AuthServiceHasNoEndpoints: ofService(
      'and no Pod stands behind its port {port}',
      'Set selector and targetPort of {service} to what the Pods that should answer have',
    ),
    AuthWorkloadNotReady: {
      severity: 'Error',
      owner: 'DevOps',
      message:
        'Ingress {ingress} asks {workload} whether it may let a request through, and no Pod of it is ready',
      fix: '{remedy}',
      command: "kubectl -n '{namespace}' describe '{object}'",
      explains: [500],
      leadsTo: CONSEQUENCES,
    },
  },
  run({ ingress: { match }, authService, home, ...answer }, report) {
    if (match === undefined || !isControllers(answer) || isServed(authService)) return [];
    const { reference, service, port, askedPort, endpoints } = authService;
    const confidence = sureness(answer);
    const ingress = match.ingress.metadata.name;
    const { namespace = home, ref } = reference;
    const slots = { ingress, service: ref, namespace, port: askedPort };
    const of = { subject: reference, slots, confidence };
    if (service === undefined) return [report('AuthServiceNotFound', of)];
    if (port === undefined && !isHeadless(service)) {
      const ports = described(service.spec.ports);
      return [report('AuthServicePortNotFound', { ...of, slots: { ...slots, ports }, expected: ports })];
    }
    if (hasReadyPod(authService)) {
      // A Pod that is ready, and no endpoint yet, is one that has just become so.
      return endpoints.some(({ ready }) => ready) ? [report('AuthServiceHasNoEndpoints', of)] : [];
    }
    const fault = faultOf(authService, answer.observation, home);
    if (fault === undefined) return [report('AuthServiceHasNoEndpoints', of)];
    const { workload, subject, layer, owner, evidence, remedy } = fault;
    return [
      report('AuthWorkloadNotReady', {
        subject,
        slots: { ...namesOf(workload), ingress, remedy },
        ...(layer && { layer }),
        owner,
        evidence,
        confidence,
      }),
    ];
  },
});
