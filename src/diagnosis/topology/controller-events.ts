import { eventsAbout } from '../model/events-about.ts';
import type { KubernetesEvent, KubernetesObject } from '../model/kubernetes.ts';

const SUCCESS = 'SuccessfullyReconciled';

/** The controller's newest complaint about an object; undefined where a success is newer. */
export function standingComplaint(
  kind: string,
  { metadata }: KubernetesObject,
  events: readonly KubernetesEvent[],
  reasons: readonly string[],
): KubernetesEvent | undefined {
  const newest = eventsAbout(kind, metadata, events).find(({ reason }) =>
    [SUCCESS, ...reasons].includes(reason),
  );
  return newest?.reason === SUCCESS ? undefined : newest;
}

const MAXIMUM_LENGTH = 160;

/** A message without what AWS' client puts around its cause and what differs each time. */
export const withoutRequest = (message: string): string =>
  message
    .replace(/operation error .{0,400}?api error /g, '')
    .replace(/,? ?(?:request ?id):? ?[0-9a-f-]{36}/gi, '');

/** The cause in a controller's sentence. */
export function causeIn(message: string): string {
  const inner = withoutRequest(message)
    .replace(/^Failed (?:build model|deploy model|load \S+|add \S+|remove \S+) due to /i, '')
    .trim();
  return inner.length > MAXIMUM_LENGTH ? `${inner.slice(0, MAXIMUM_LENGTH - 1)}…` : inner;
}

/** AWS' way to say that somebody lacks an action. */
const DENIED = /(?:User: (\S+) )?is not authorized to perform: ([a-z0-9-]+:\w+)/;

export function deniedAction(
  message: string,
): { readonly principal?: string; readonly action: string } | undefined {
  const [, principal, action] = DENIED.exec(message) ?? [];
  return action === undefined ? undefined : { action, ...(principal === undefined ? {} : { principal }) };
}

/** The Ingress at which the controller stopped: of an IngressGroup, the fault of one keeps it from taking up all others. */
export function blamedIngress(
  message: string,
): { readonly namespace: string; readonly name: string } | undefined {
  const [, namespace, name] = /\bingress: ([a-z0-9-]+)\/([a-z0-9.-]*[a-z0-9]):/.exec(message) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}
