import type { Manifests } from '../manifests.ts';
import { PORT } from '../manifests.ts';
import {
  application,
  developerApplication,
  devOpsDNS,
  devOpsPod,
  devOpsService,
  type Fault,
  HEALTHY,
} from './fault.ts';

const probeService = (name: string, port: number | string = 'http', path = '/') => ({
  target: { serviceRef: { name, port, path } },
});

/** The Service alone, with neither Ingress nor Pods of its own. */
const service = (name: string, spec: object) => (make: Manifests) => [make.service(name, spec)];

/** The Service, and what is seen where it is asked without an Ingress. */
export const SERVICE_FAULTS: readonly Fault[] = [
  {
    name: 'target-port-name-unknown',
    fault: 'the Service sends to a named port that no container has',
    objects: (make) => [
      make.service('target-port-name-unknown', {
        selector: { app: 'shop' },
        ports: [{ name: 'http', port: 80, targetPort: 'web' }],
      }),
      make.ingress('target-port-name-unknown'),
    ],
    expected: devOpsService('TargetPortNameUnknown', 'Service/target-port-name-unknown'),
  },
  {
    name: 'wrong-service-selected',
    fault: 'the Service selects the Pods of another application, which listens elsewhere',
    objects: (make) => [
      ...application('wrong-service-selected', { service: { selector: { app: 'cache' } } })(make),
      make.deployment('cache', {
        environment: { PORT: '6379' },
        container: {
          ports: [{ name: 'cache', containerPort: 6379 }],
          readinessProbe: { tcpSocket: { port: 6379 } },
        },
      }),
      make.service('cache', { ports: [{ name: 'cache', port: 6379, targetPort: 'cache' }] }),
    ],
    expected: devOpsService('SelectorMatchesOtherWorkload', 'Service/wrong-service-selected'),
  },
  {
    name: 'service-without-endpoints',
    fault: 'the Service has no selector, and nobody gives it endpoints',
    objects: (make) => [
      make.service('service-without-endpoints', { selector: undefined }),
      make.ingress('service-without-endpoints'),
    ],
    expected: devOpsService('EndpointsNotMaintained', 'Service/service-without-endpoints'),
  },
  {
    name: 'external-name-unknown',
    fault: 'the Service stands for an external name that DNS does not know',
    objects: service('external-name-unknown', {
      type: 'ExternalName',
      externalName: 'no-such-host.faults.test',
      selector: undefined,
    }),
    probe: probeService('external-name-unknown', 80),
    expected: devOpsService('ExternalNameNotFound', 'Service/external-name-unknown'),
  },
  {
    name: 'internal-traffic-policy-local',
    fault: 'none: endpoints on the same node alone, and there is one',
    objects: service('internal-traffic-policy-local', {
      selector: { app: 'shop' },
      internalTrafficPolicy: 'Local',
    }),
    probe: probeService('internal-traffic-policy-local'),
    expected: HEALTHY,
  },
  {
    name: 'no-local-endpoint',
    fault: 'endpoints on the same node alone, and all are on another node',
    objects: service('no-local-endpoint', { selector: undefined, internalTrafficPolicy: 'Local' }),
    changes: (_, podAddress) => [
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: {
          name: 'no-local-endpoint',
          labels: { 'kubernetes.io/service-name': 'no-local-endpoint' },
        },
        addressType: 'IPv4',
        endpoints: [
          { addresses: [podAddress('shop')], conditions: { ready: true }, nodeName: 'another-node' },
        ],
        ports: [{ name: 'http', port: PORT }],
      },
    ],
    probe: probeService('no-local-endpoint'),
    expected: devOpsService('NoLocalEndpoint', 'Service/no-local-endpoint'),
  },
  {
    name: 'service-asked-target-port-wrong',
    fault: 'the Service, asked without an Ingress, sends to a port on which nobody listens',
    objects: service('service-asked-target-port-wrong', {
      selector: { app: 'shop' },
      ports: [{ name: 'http', port: 80, targetPort: 8081 }],
    }),
    probe: probeService('service-asked-target-port-wrong'),
    expected: devOpsService('TargetPortNotOpen', 'Service/service-asked-target-port-wrong'),
  },
  {
    name: 'service-asked-selector-typo',
    fault: 'the Service, asked without an Ingress, selects no Pod',
    objects: service('service-asked-selector-typo', { selector: { app: 'shpo' } }),
    probe: probeService('service-asked-selector-typo'),
    expected: devOpsService('SelectorMatchesNoPods', 'Service/service-asked-selector-typo'),
  },
  {
    name: 'service-asked-scaled-to-zero',
    fault: 'the Service, asked without an Ingress, stands before a Deployment with 0 replicas',
    objects: (make) => [
      make.deployment('service-asked-scaled-to-zero', { replicas: 0 }),
      make.service('service-asked-scaled-to-zero'),
    ],
    probe: probeService('service-asked-scaled-to-zero'),
    expected: devOpsPod('ScaledToZero', 'Deployment/service-asked-scaled-to-zero'),
  },
  {
    name: 'service-asked-port-missing',
    fault: 'a port is asked that the Service does not have',
    probe: probeService('shop', 8080),
    expected: devOpsService('ServicePortNotFound', 'Service/shop'),
  },
  {
    name: 'service-asked-missing',
    fault: 'the Service that is asked does not exist',
    probe: probeService('service-asked-missing'),
    expected: devOpsService('ServiceNotFound', 'Service/service-asked-missing'),
  },
  {
    name: 'service-asked-500',
    fault: 'the application behind the Service fails',
    probe: probeService('answers', 'http', '/500'),
    expected: developerApplication('ApplicationError', 'Deployment/answers'),
  },
  {
    name: 'service-asked-slow',
    fault: 'the application behind the Service does not answer in time',
    probe: probeService('answers', 'http', '/slow'),
    expected: developerApplication('ApplicationSlow', 'Deployment/answers'),
  },
  {
    name: 'headless-service',
    fault: 'none: a headless Service is asked at its Pods’ port',
    objects: service('headless-service', { selector: { app: 'shop' }, clusterIP: 'None' }),
    probe: probeService('headless-service'),
    expected: HEALTHY,
  },
  {
    name: 'cluster-name',
    fault: 'none: a Service is asked by its name in the DNS of the cluster',
    probe: { target: { url: 'http://shop.statusprobe-faults.svc.cluster.local/' } },
    expected: HEALTHY,
  },
  {
    name: 'cluster-name-target-port-wrong',
    fault: 'a Service with a wrong targetPort is asked by its name in the DNS of the cluster',
    objects: service('cluster-name-target-port-wrong', {
      selector: { app: 'shop' },
      ports: [{ name: 'http', port: 80, targetPort: 8081 }],
    }),
    probe: { target: { url: 'http://cluster-name-target-port-wrong.statusprobe-faults.svc/' } },
    expected: devOpsService('TargetPortNotOpen', 'Service/cluster-name-target-port-wrong'),
  },
  {
    name: 'cluster-name-unknown',
    fault: 'the DNS of the cluster knows no such Service',
    probe: { target: { url: 'http://shopp.statusprobe-faults.svc.cluster.local/' } },
    expected: devOpsService('ServiceNotFound', 'Service/shopp'),
  },
  {
    name: 'host-unknown',
    fault: 'DNS has no record of the host',
    probe: { target: { url: 'http://no-such-host.faults.test/' } },
    expected: devOpsDNS('HostNotFound', 'Host/no-such-host.faults.test'),
  },
];
