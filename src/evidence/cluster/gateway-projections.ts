import type {
  BackendTLSPolicy,
  Gateway,
  GatewayClass,
  GatewayListener,
  HTTPPathModifier,
  HTTPRoute,
  ListenerSet,
  ParentReference,
  ReferenceGrant,
} from '../../diagnosis/model/gateway-api.ts';
import { CONDITIONS, OBJECT } from './projections.ts';
import type { Shape } from './shape.ts';

const PARENT: Shape<ParentReference> = {
  group: true,
  kind: true,
  namespace: true,
  name: true,
  sectionName: true,
  port: true,
};

const PATH: Shape<HTTPPathModifier> = { type: true, replaceFullPath: true, replacePrefixMatch: true };

const NAMES = [{ name: true }] as const;

export const HTTP_ROUTE: Shape<HTTPRoute> = {
  ...OBJECT,
  spec: {
    parentRefs: [PARENT],
    hostnames: true,
    rules: [
      {
        matches: [{ path: { type: true, value: true }, method: true, headers: NAMES, queryParams: NAMES }],
        filters: [
          {
            type: true,
            requestRedirect: { scheme: true, hostname: true, path: PATH, port: true },
            urlRewrite: { hostname: true, path: PATH },
          },
        ],
        backendRefs: [{ group: true, kind: true, namespace: true, name: true, port: true, weight: true }],
        timeouts: { request: true, backendRequest: true },
      },
    ],
  },
  status: { parents: [{ parentRef: PARENT, conditions: CONDITIONS }] },
};

const ADDRESSES = [{ value: true }] as const;

const LISTENER: Shape<GatewayListener> = {
  name: true,
  hostname: true,
  port: true,
  protocol: true,
  tls: { certificateRefs: [{ namespace: true, name: true }] },
};

const LISTENER_STATUSES = [{ name: true, conditions: CONDITIONS }] as const;

export const GATEWAY: Shape<Gateway> = {
  ...OBJECT,
  spec: {
    gatewayClassName: true,
    listeners: [LISTENER],
    addresses: ADDRESSES,
  },
  status: {
    addresses: ADDRESSES,
    conditions: CONDITIONS,
    listeners: LISTENER_STATUSES,
    attachedListenerSets: true,
  },
};

export const GATEWAY_CLASS: Shape<GatewayClass> = {
  ...OBJECT,
  spec: { controllerName: true },
  status: { conditions: CONDITIONS },
};

export const REFERENCE_GRANT: Shape<ReferenceGrant> = {
  ...OBJECT,
  spec: {
    from: [{ group: true, kind: true, namespace: true }],
    to: [{ group: true, kind: true, name: true }],
  },
};

export const LISTENER_SET: Shape<ListenerSet> = {
  ...OBJECT,
  spec: { parentRef: PARENT, listeners: [LISTENER] },
  status: { conditions: CONDITIONS, listeners: LISTENER_STATUSES },
};

export const BACKEND_TLS_POLICY: Shape<BackendTLSPolicy> = {
  ...OBJECT,
  spec: {
    targetRefs: [{ group: true, kind: true, name: true, sectionName: true }],
    validation: { hostname: true, subjectAltNames: [{ type: true, hostname: true }] },
  },
  status: { ancestors: [{ ancestorRef: PARENT, conditions: CONDITIONS }] },
};
