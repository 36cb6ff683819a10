import { answeredDirectly, isDirect, isGateway, podHops, routeState } from '../model/answering.ts';
import { portNumber, probedByGRPC } from '../model/container-ports.ts';
import { answeredByApplication, type Observation } from '../model/observation.ts';
import { isInMesh } from '../model/proxy-in-pods.ts';
import { servingPods } from '../model/serving-pods.ts';
import type { Confidence } from '../model/vocabulary.ts';
import { isHTTP2Protocol, isNamedForHTTP2 } from './backend-protocol.ts';
import { asksHTTP1, asksOverTLS, type DeciderEvidence, isAskerKnown } from './scheme-decider.ts';

/** What a peer did to a connection that stood. */
const MISBEHAVIOURS = [
  'ClosedBeforeHeaders',
  'ClosedMidBody',
  'MalformedResponse',
  'TLSExpected',
  'HTTP2Expected',
] as const;

export type Misbehaviour = (typeof MISBEHAVIOURS)[number];

const isMisbehaviour = (reason = ''): reason is Misbehaviour =>
  MISBEHAVIOURS.some((misbehaviour) => misbehaviour === reason);

/** The words in which Go's servers, nginx and Apache refuse a plain request on a port for TLS. */
const TLS_EXPECTED =
  /Client sent an HTTP request to an HTTPS server|The plain HTTP request was sent to HTTPS port|speaking plain HTTP to an SSL-enabled server port/;

/** Kestrel's. */
const HTTP2_EXPECTED = /An HTTP\/1\.x request was sent to an HTTP\/2 only endpoint/;

function wordsOf({ code, bodyStart = '' }: Observation): 'TLSExpected' | 'HTTP2Expected' | undefined {
  if (code !== 400) return undefined;
  if (TLS_EXPECTED.test(bodyStart)) return 'TLSExpected';
  return HTTP2_EXPECTED.test(bodyStart) ? 'HTTP2Expected' : undefined;
}

/** Whether Pods of which the port is called, or probed, so speak HTTP/2 there, as servers of gRPC do. */
function isForHTTP2({ service, pods }: DeciderEvidence): boolean {
  const port = service?.port;
  if (port === undefined) return false;
  if (isHTTP2Protocol(port.appProtocol) || isNamedForHTTP2(port.name)) return true;
  const target = port.targetPort ?? port.port;
  const serving = pods === undefined ? [] : servingPods(pods);
  return serving.some(
    (pod) =>
      isNamedForHTTP2(String(target)) || probedByGRPC(pod).includes(portNumber(pod, target) ?? Number.NaN),
  );
}

const NOT_HTTP1: ReadonlySet<Misbehaviour> = new Set(['MalformedResponse', 'ClosedBeforeHeaders']);

/** A server of HTTP/2 alone may also hang up on a request that it cannot read. */
const asMeant = (what: Misbehaviour, evidence: DeciderEvidence): Misbehaviour =>
  NOT_HTTP1.has(what) && isForHTTP2(evidence) ? 'HTTP2Expected' : what;

/** A proxy of the mesh hangs up on strangers to it, of whom it wants a certificate. */
const isOfMeshes = (what: string | undefined): boolean =>
  what === 'ClosedBeforeHeaders' || what === 'TLSExpected';

const isWordOfMesh = (what: Misbehaviour, { pods }: DeciderEvidence): boolean =>
  isOfMeshes(what) && pods !== undefined && isInMesh(pods);

/** Whether it may be the proxy of a mesh, for nobody could look at the Pods. */
const mayBeOfMesh = ({ failure }: Observation, { pods }: DeciderEvidence): boolean =>
  pods === undefined && isOfMeshes(failure?.reason);

/** Who is asked over TLS, and says so, speaks of somebody behind it. */
const sayingOf = (hop: Observation): string | undefined =>
  (hop.tls === undefined ? wordsOf(hop) : undefined) ?? hop.failure?.reason;

export interface Misbehaving {
  readonly what: Misbehaviour;
  readonly confidence: Confidence;
}

function byPods(evidence: DeciderEvidence): Misbehaving | undefined {
  const hops = podHops(evidence).map(({ observation }) => observation);
  const said = hops
    .map(sayingOf)
    .filter(isMisbehaviour)
    .filter((what) => !isWordOfMesh(what, evidence));
  const [first] = said;
  if (first === undefined) return undefined;
  const what = asMeant(first, evidence);
  if (hops.some((hop) => mayBeOfMesh(hop, evidence))) return { what, confidence: 'Low' };
  const isSeen = what === first || first === 'MalformedResponse';
  return { what, confidence: isSeen && said.length === hops.length ? 'High' : 'Medium' };
}

/** A router may say so of its own port, but then it signs. */
function byRefusal(evidence: DeciderEvidence): Misbehaving | undefined {
  const { observation } = evidence;
  const what = wordsOf(observation);
  if (what === undefined || isGateway(observation.answeredBy) || routeState(evidence) !== 'Complete')
    return undefined;
  return what === 'TLSExpected' && asksOverTLS(evidence) ? undefined : { what, confidence: 'High' };
}

/** What is seen of a router that could not read what its Pods sent. */
const UNREADABLE: ReadonlySet<number | undefined> = new Set([500, 502]);

/** By the port alone, where nobody asked the Pods. */
function byPort(evidence: DeciderEvidence): Misbehaving | undefined {
  const { observation } = evidence;
  const isGuess =
    UNREADABLE.has(observation.code) &&
    !answeredByApplication(observation) &&
    !answeredDirectly(evidence) &&
    routeState(evidence) === 'Complete' &&
    isForHTTP2(evidence);
  return isGuess ? { what: 'HTTP2Expected', confidence: 'Medium' } : undefined;
}

function byProbe(evidence: DeciderEvidence): Misbehaving | undefined {
  const { reason } = evidence.observation.failure ?? {};
  if (!isDirect(evidence) || !isMisbehaviour(reason) || reason === 'TLSExpected') return undefined;
  if (isWordOfMesh(reason, evidence)) return undefined;
  const sureness = podHops(evidence).length === 0 ? 'High' : 'Medium';
  return {
    what: asMeant(reason, evidence),
    confidence: mayBeOfMesh(evidence.observation, evidence) ? 'Low' : sureness,
  };
}

/** How the Pods are asked is a guess where it is not known who asks: each controller has settings of its own. */
const asProved = (found: Misbehaving, evidence: DeciderEvidence): Misbehaving =>
  (found.what === 'HTTP2Expected' || found.what === 'TLSExpected') && !isAskerKnown(evidence)
    ? { ...found, confidence: 'Low' }
    : found;

/** By the Pods that were asked directly, else by the Service, which passes on what its Pods do. */
export function misbehaviour(evidence: DeciderEvidence): Misbehaving | undefined {
  const found = byPods(evidence) ?? byRefusal(evidence) ?? byProbe(evidence) ?? byPort(evidence);
  // Asked otherwise by the router, Pods may well be deaf to HTTP/1.1.
  if (found === undefined || (found.what === 'HTTP2Expected' && !asksHTTP1(evidence))) return undefined;
  return asProved(found, evidence);
}
