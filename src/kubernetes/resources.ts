/** The parts of any Kubernetes object that this layer reads; all else is the caller's to interpret. */
export interface ApiObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

export interface ObjectMeta {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** True for what can be an object with a name; anything may come over a wire. */
export function isApiObject(value: unknown): value is ApiObject & { metadata: { name: string } } {
  if (typeof value !== 'object' || value === null || !('metadata' in value)) return false;
  const { metadata } = value;
  return (
    typeof metadata === 'object' &&
    metadata !== null &&
    'name' in metadata &&
    typeof metadata.name === 'string'
  );
}

/** Names one kind of object as URLs and RBAC name it. `group` is empty for the core API. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** One object, or all of a namespace or of the cluster where `name` is absent. */
export interface ObjectReference {
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

export const apiVersionOf = ({ group, version }: Resource): string =>
  group === '' ? version : `${group}/${version}`;

/** Path of a URL. A name from an untrusted place cannot leave its segment. */
export function pathOf(resource: Resource, { namespace, name, subresource }: ObjectReference = {}): string {
  const root = resource.group === '' ? 'api' : 'apis';
  const inNamespace = resource.namespaced && namespace !== undefined;
  const segments = [
    root,
    ...apiVersionOf(resource).split('/'),
    ...(inNamespace ? ['namespaces', namespace] : []),
    resource.plural,
    ...(name === undefined ? [] : [name]),
    ...(subresource === undefined ? [] : [subresource]),
  ];
  return `/${segments.map(segment).join('/')}`;
}

function segment(text: string): string {
  if (text === '' || text === '.' || text === '..')
    throw new TypeError(`"${text}" is not a name of an object.`);
  return encodeURIComponent(text);
}

const describe = (group: string, version: string, kind: string, plural: string): Resource => ({
  group,
  version,
  plural,
  kind,
  namespaced: true,
});

const describeClusterScoped = (group: string, version: string, kind: string, plural: string): Resource => ({
  ...describe(group, version, kind, plural),
  namespaced: false,
});

export const NAMESPACES = describeClusterScoped('', 'v1', 'Namespace', 'namespaces');
export const NODES = describeClusterScoped('', 'v1', 'Node', 'nodes');
export const PODS = describe('', 'v1', 'Pod', 'pods');
/** Of metrics-server, which not every cluster has. */
export const POD_METRICS = describe('metrics.k8s.io', 'v1beta1', 'PodMetrics', 'pods');
export const SERVICES = describe('', 'v1', 'Service', 'services');
export const SECRETS = describe('', 'v1', 'Secret', 'secrets');
export const CONFIG_MAPS = describe('', 'v1', 'ConfigMap', 'configmaps');
export const DEPLOYMENTS = describe('apps', 'v1', 'Deployment', 'deployments');
export const REPLICA_SETS = describe('apps', 'v1', 'ReplicaSet', 'replicasets');
export const STATEFUL_SETS = describe('apps', 'v1', 'StatefulSet', 'statefulsets');
export const DAEMON_SETS = describe('apps', 'v1', 'DaemonSet', 'daemonsets');
export const INGRESSES = describe('networking.k8s.io', 'v1', 'Ingress', 'ingresses');
export const INGRESS_CLASSES = describeClusterScoped(
  'networking.k8s.io',
  'v1',
  'IngressClass',
  'ingressclasses',
);
export const NETWORK_POLICIES = describe('networking.k8s.io', 'v1', 'NetworkPolicy', 'networkpolicies');
export const HORIZONTAL_POD_AUTOSCALERS = describe(
  'autoscaling',
  'v2',
  'HorizontalPodAutoscaler',
  'horizontalpodautoscalers',
);
export const ENDPOINT_SLICES = describe('discovery.k8s.io', 'v1', 'EndpointSlice', 'endpointslices');
export const LEASES = describe('coordination.k8s.io', 'v1', 'Lease', 'leases');
export const TARGET_GROUP_BINDINGS = describe(
  'elbv2.k8s.aws',
  'v1beta1',
  'TargetGroupBinding',
  'targetgroupbindings',
);
/** The same of EKS Auto Mode. */
export const EKS_TARGET_GROUP_BINDINGS = describe(
  'eks.amazonaws.com',
  'v1',
  'TargetGroupBinding',
  'targetgroupbindings',
);
const GATEWAY_API = 'gateway.networking.k8s.io';
export const HTTP_ROUTES = describe(GATEWAY_API, 'v1', 'HTTPRoute', 'httproutes');
export const GATEWAYS = describe(GATEWAY_API, 'v1', 'Gateway', 'gateways');
export const GATEWAY_CLASSES = describeClusterScoped(GATEWAY_API, 'v1', 'GatewayClass', 'gatewayclasses');
export const LISTENER_SETS = describe(GATEWAY_API, 'v1', 'ListenerSet', 'listenersets');
export const BACKEND_TLS_POLICIES = describe(GATEWAY_API, 'v1', 'BackendTLSPolicy', 'backendtlspolicies');
export const REFERENCE_GRANTS = describe(GATEWAY_API, 'v1beta1', 'ReferenceGrant', 'referencegrants');
export const EVENTS = describe('events.k8s.io', 'v1', 'Event', 'events');
export const SELF_SUBJECT_ACCESS_REVIEWS = describeClusterScoped(
  'authorization.k8s.io',
  'v1',
  'SelfSubjectAccessReview',
  'selfsubjectaccessreviews',
);
export const SUBJECT_ACCESS_REVIEWS = describeClusterScoped(
  'authorization.k8s.io',
  'v1',
  'SubjectAccessReview',
  'subjectaccessreviews',
);
export const TOKEN_REVIEWS = describeClusterScoped(
  'authentication.k8s.io',
  'v1',
  'TokenReview',
  'tokenreviews',
);
