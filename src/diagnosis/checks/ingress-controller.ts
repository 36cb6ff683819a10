import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { ANSWERED_ELSEWHERE } from '../model/consequences.ts';
import type { Observation } from '../model/observation.ts';
import type { Pod } from '../model/pod.ts';
import { referenceTo } from '../model/reference.ts';
import { controllerOf } from '../topology/ingress-controllers.ts';

const isReady = ({ status }: Pod): boolean =>
  status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;

/** An application, or the product of this very controller, answered: the controller is there, seen or not. */
function isAtWork({ answeredBy }: Observation, controller: string): boolean {
  if (answeredBy === undefined || answeredBy.confidence === 'Low') return false;
  const { layer, product } = answeredBy;
  return layer === 'Application' || controller.toLowerCase().includes(product.toLowerCase());
}

/** Somebody took the connection: perhaps a controller whose Pods do not look like one, or that may not be seen. */
const isTaken = ({ code, tls, failure }: Observation): boolean =>
  code !== undefined || tls !== undefined || failure?.phase === 'Wait' || failure?.phase === 'Receive';

export const ingressController = defineCheck({
  id: 'ingress-controller',
  title: 'A controller serves the class of the Ingress',
  layer: 'Ingress',
  needs: ['ingressClass', 'controllerPods', 'observation', 'home'],
  reasons: {
    IngressControllerNotFound: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Ingress {ingress} is of class {class}, and no Pod of its controller {controller} runs',
      fix: 'Install the controller of class {class}, or give Ingress {ingress} a class that has one',
      command: "kubectl get ingressclass '{class}' -o yaml",
      explains: ['NoAddress', 'TLS', 404, ...GATEWAY_SYMPTOMS],
      leadsTo: [
        'IngressHasNoAddress',
        'HostHasNoTLS',
        'CertificateHostMismatch',
        'CertificateUntrusted',
        ...ANSWERED_ELSEWHERE,
      ],
    },
    IngressControllerNotReady: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Ingress {ingress} is of class {class}, and no Pod of its controller {controller} is ready',
      fix: 'See why the Pods of controller {controller} are not ready',
      command: "kubectl get ingressclass '{class}' -o yaml",
      explains: ['NoAddress', ...GATEWAY_SYMPTOMS],
      leadsTo: ['IngressHasNoAddress'],
    },
  },
  run({ ingressClass: { ingress, ingressClass }, controllerPods, observation, home }, report) {
    const controller = ingressClass?.spec.controller ?? '';
    const known = controllerOf(controller);
    const isExpected = known !== undefined && known.mayRunElsewhere !== true;
    if (ingressClass === undefined || !isExpected || controllerPods.some(isReady)) return [];
    if (isAtWork(observation, controller)) return [];
    const { name } = ingressClass.metadata;
    const reason = controllerPods.length === 0 ? 'IngressControllerNotFound' : 'IngressControllerNotReady';
    return [
      report(reason, {
        subject: referenceTo({ kind: 'IngressClass', name }, home),
        slots: { ingress: ingress.metadata.name, class: name, controller },
        confidence: isTaken(observation) ? 'Medium' : 'High',
      }),
    ];
  },
});
