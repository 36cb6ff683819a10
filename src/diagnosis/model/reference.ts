/** An object on the request's way, as people and status name it. */
export interface ObjectReference {
  readonly group?: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  /** Path of the field that is wrong, such as `spec.ports[0].targetPort`. */
  readonly field?: string;
  /** `Kind/name`, or `Kind/namespace/name` for an object outside the probe's namespace. */
  readonly ref: string;
}

const GROUPS: Readonly<Record<string, string>> = {
  Deployment: 'apps',
  ReplicaSet: 'apps',
  StatefulSet: 'apps',
  DaemonSet: 'apps',
  Job: 'batch',
  CronJob: 'batch',
  Ingress: 'networking.k8s.io',
  IngressClass: 'networking.k8s.io',
  NetworkPolicy: 'networking.k8s.io',
  EndpointSlice: 'discovery.k8s.io',
  HorizontalPodAutoscaler: 'autoscaling',
  HTTPRoute: 'gateway.networking.k8s.io',
  Gateway: 'gateway.networking.k8s.io',
  GatewayClass: 'gateway.networking.k8s.io',
  ListenerSet: 'gateway.networking.k8s.io',
  TargetGroupBinding: 'elbv2.k8s.aws',
};

/** Names an object as seen from the namespace `home`. */
export function referenceTo(
  object: { readonly kind: string; readonly namespace?: string; readonly name: string },
  home: string,
  field?: string,
): ObjectReference {
  const { kind, namespace, name } = object;
  const group = GROUPS[kind];
  const foreign = namespace !== undefined && namespace !== home;
  return {
    ...(group === undefined ? {} : { group }),
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(field === undefined ? {} : { field }),
    ref: foreign ? `${kind}/${namespace}/${name}` : `${kind}/${name}`,
  };
}
