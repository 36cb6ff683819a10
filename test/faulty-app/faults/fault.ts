import type { Application } from '../applications.ts';
import type { DeploymentParts, IngressParts, Manifests } from '../manifests.ts';

/** One thing that is wrong on a real cluster, and the verdict that an on-call engineer would give. */
export interface Fault {
  readonly name: string;
  /** What was done, in words. */
  readonly fault: string;
  readonly objects?: (make: Manifests) => readonly object[];
  /** Applied when the Deployments of `objects` serve: what a rollout or a neighbour changes. */
  readonly changes?: (make: Manifests, podAddress: (app: string) => string) => readonly object[];
  /** Other than what every probe has; the target is the Ingress of the fault's name unless it says otherwise. */
  readonly probe?: object;
  readonly expected: Application['expected'];
}

/** A sound application with an Ingress, but for the parts that are given. */
export const application =
  (name: string, parts: { deployment?: DeploymentParts; service?: object; ingress?: IngressParts } = {}) =>
  (make: Manifests): readonly object[] => [
    make.deployment(name, parts.deployment),
    make.service(name, parts.service),
    make.ingress(name, parts.ingress),
  ];

/** What a probe of a healthy target says. */
export const HEALTHY: Fault['expected'] = {
  healthy: 'True',
  owner: 'None',
  layer: 'None',
  reason: 'Healthy',
};

/** A verdict of a layer's own owner, as `Service/shop`. */
const blames =
  (owner: string, layer: string) =>
  (reason: string, culprit: string): Fault['expected'] => ({
    healthy: 'False',
    owner,
    layer,
    reason,
    culprit,
  });

export const devOpsIngress = blames('DevOps', 'Ingress');
export const devOpsService = blames('DevOps', 'Service');
export const devOpsPod = blames('DevOps', 'Pod');
export const devOpsDNS = blames('DevOps', 'DNS');
export const developerPod = blames('Developer', 'Pod');
export const developerApplication = blames('Developer', 'Application');
export const bothApplication = blames('Both', 'Application');
