import { defineCheck } from '../model/check.ts';
import { NOT_ROUTED, ROUTE_LEFT_OUT } from '../model/consequences.ts';
import type { GatewayListener } from '../model/gateway-api.ts';
import type { GatewaysEvidence } from '../model/http-route-evidence.ts';
import type { Condition } from '../model/kubernetes.ts';
import { answeredByApplication, type Observation } from '../model/observation.ts';
import { conditionOf, listenersOf } from '../topology/gateway-listeners.ts';

const FOLLOWS = [
  'GatewayNotAccepted',
  'GatewayNotProgrammed',
  'TLSHandshakeFailed',
  ...ROUTE_LEFT_OUT,
  ...NOT_ROUTED,
] as const;
const UNSERVED = ['NoAddress', 'TLS', 'Connection', 'Timeout', 404] as const;
const COMMAND = "kubectl -n '{namespace}' describe '{object}'";

type Asked = NonNullable<GatewaysEvidence['asked']>;

/** What keeps a listener from work: a reference first, since the rest follows from it. */
function faultOf({ gateway }: Asked, { name }: GatewayListener): Condition | undefined {
  const status = gateway.status?.listeners?.find((listener) => listener.name === name);
  const conflicted = conditionOf(status, 'Conflicted');
  if (conflicted?.status === 'True') return conflicted;
  return ['ResolvedRefs', 'Accepted', 'Programmed']
    .map((type) => conditionOf(status, type))
    .find((condition) => condition?.status === 'False');
}

const REASONS: Readonly<Record<string, 'ListenerCertificateNotFound' | 'ListenerCertificateNotPermitted'>> = {
  InvalidCertificateRef: 'ListenerCertificateNotFound',
  RefNotPermitted: 'ListenerCertificateNotPermitted',
};

const certificatesOf = ({ tls }: GatewayListener): string =>
  (tls?.certificateRefs ?? [])
    .map(({ namespace, name }) => (namespace ? `${namespace}/${name}` : name))
    .join(', ') || 'none';

/** No connection came about, or no secure one: it tells nothing of listeners once a request was answered. */
const isOutside = ({ failure }: Observation): boolean =>
  failure?.phase === 'Connect' || failure?.phase === 'TLS';

export const gatewayListener = defineCheck({
  id: 'gateway-listener',
  title: 'The Gateway has a listener for the request, and it works',
  layer: 'Ingress',
  needs: ['gateways', 'request', 'observation', 'home'],
  reasons: {
    ListenerCertificateNotFound: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Listener {listener} of {owner} cannot use its certificate: {secret}',
      fix: 'Create Secret {secret} of type kubernetes.io/tls with a certificate and its key, or name the right one',
      command: COMMAND,
      explains: UNSERVED,
      leadsTo: FOLLOWS,
    },
    ListenerCertificateNotPermitted: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'No ReferenceGrant lets listener {listener} of {owner} use the certificate {secret}',
      fix: 'Create a ReferenceGrant from {kind}s of namespace {namespace} in the namespace of Secret {secret}',
      command: COMMAND,
      explains: UNSERVED,
      leadsTo: FOLLOWS,
    },
    ListenerNotReady: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Listener {listener} of {owner} does not work: {why}',
      fix: 'Mend listener {listener}: its port, protocol, host name and what others of the same port claim',
      command: COMMAND,
      explains: UNSERVED,
      leadsTo: FOLLOWS,
    },
    GatewayDoesNotListen: {
      severity: 'Error',
      owner: 'DevOps',
      message: '{owner} has no listener for port {port}; it has {listeners}',
      fix: 'Add a listener for port {port} to {owner}, or ask one that it has',
      command: COMMAND,
      explains: ['TLS', 'Connection', 'Timeout'],
      leadsTo: ['PortSpeaksPlainHTTP', 'PortSpeaksTLS'],
    },
  },
  run({ gateways: { asked }, request, observation, home }, report) {
    if (asked === undefined || answeredByApplication(observation)) return [];
    const { gateway, parentRef } = asked;
    const reference = asked.listenerSet?.reference ?? asked.reference;
    const { kind, name, namespace = home } = reference;
    const { listeners } = gateway.spec;
    const base = { owner: `${kind} ${name}`, object: `${kind}/${name}`, kind, namespace };
    const isAlone = (gateway.status?.attachedListenerSets ?? 0) === 0;
    if (isOutside(observation) && isAlone && listeners.every(({ port }) => port !== request.port)) {
      const known = listeners.map(({ port, protocol }) => `${protocol} ${port}`).join(', ');
      const slots = { ...base, port: request.port, listeners: known };
      const subject = { ...reference, field: 'spec.listeners' };
      return [report('GatewayDoesNotListen', { subject, slots, expected: known, confidence: 'Medium' })];
    }
    return listenersOf(gateway, parentRef, request).flatMap((listener) => {
      const fault = faultOf(asked, listener);
      if (fault === undefined) return [];
      const { reason: why = fault.type, message = '' } = fault;
      return [
        report(REASONS[why] ?? 'ListenerNotReady', {
          subject: { ...reference, field: `spec.listeners[${listeners.indexOf(listener)}]` },
          slots: { ...base, listener: listener.name, secret: certificatesOf(listener), why },
          evidence: message === '' ? [] : [message],
        }),
      ];
    });
  },
});
