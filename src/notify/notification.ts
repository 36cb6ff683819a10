import { createHash } from 'node:crypto';
import type { StatusProbeStatus } from '../api/generated.ts';
import type { Receiver, TransitionType } from './settings.ts';

/** A change of a StatusProbe that people are told of. */
export interface ProbeTransition {
  readonly type: TransitionType;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly before: StatusProbeStatus;
  readonly after: StatusProbeStatus;
}

/** What is told, whatever the format. */
export interface Notification {
  /** The same for every attempt, so that a receiver can leave out what it has seen. */
  readonly id: string;
  readonly type: TransitionType;
  /** RFC 3339: when the failure began, its cause was found, or it ended. */
  readonly time: string;
  readonly namespace: string;
  readonly name: string;
  /** Whom it concerns; after another cause, also who was called before. */
  readonly owners: readonly string[];
  readonly data: NotificationData;
}

/** What is not known is left out of the JSON. */
export interface NotificationData {
  readonly namespace: string;
  readonly name: string;
  /** Without query. */
  readonly target?: string | undefined;
  readonly code?: number | undefined;
  readonly owner: string;
  readonly layer?: string | undefined;
  readonly reason: string;
  readonly summary: string;
  readonly culprit?: string | undefined;
  readonly confidence?: string | undefined;
  readonly fix?: string | undefined;
  readonly failingSince?: string | undefined;
  /** Of a recovery. */
  readonly endTime?: string;
  readonly links?: StatusProbeStatus['links'] | undefined;
  /** Other StatusProbes of the namespace with the very same news, at most 20, and how many more. */
  readonly others?: readonly string[];
  readonly othersOmitted?: number;
}

export const SHOWN_OTHERS = 20;

/** The verdict that stands, or of a recovery the failure that has ended. */
export function notificationOf({ type, namespace, name, uid, before, after }: ProbeTransition): Notification {
  const told = type === 'ProbeRecovered' ? ended(after) : standing(after);
  const time = timeOf(type, after);
  const owners = type === 'CauseChanged' ? [before.verdict?.owner ?? 'Unknown', told.owner] : [told.owner];
  const identity = JSON.stringify([uid, type, time, told.reason, told.culprit]);
  return {
    id: createHash('sha256').update(identity).digest('hex').slice(0, 32),
    type,
    time,
    namespace,
    name,
    owners: [...new Set(owners)],
    data: { namespace, name, target: after.target?.replace(/[?#].*$/, ''), ...told },
  };
}

type Told = Omit<NotificationData, 'namespace' | 'name' | 'target'>;

function standing({ verdict, lastProbe, failingSince, links }: StatusProbeStatus): Told {
  const { owner = 'Unknown', layer, reason = 'CauseUnknown', summary = reason } = verdict ?? {};
  const { culprit, confidence, fix } = verdict ?? {};
  return {
    code: lastProbe?.code,
    owner,
    layer,
    reason,
    summary,
    culprit: culprit?.ref,
    confidence,
    fix,
    failingSince,
    links,
  };
}

function ended({ lastFailure }: StatusProbeStatus): Told {
  const { owner = 'Unknown', reason = 'CauseUnknown', summary = reason } = lastFailure ?? {};
  const { code, culprit, startTime, endTime = '' } = lastFailure ?? {};
  return { code, owner, reason, summary, culprit, failingSince: startTime, endTime };
}

function timeOf(type: TransitionType, { failingSince, lastProbe, lastFailure }: StatusProbeStatus): string {
  const time = type === 'ProbeRecovered' ? lastFailure?.endTime : lastProbe?.time;
  return (type === 'ProbeFailed' ? failingSince : time) ?? '';
}

const TEAMS = ['DevOps', 'Developer'];

/** What is for both teams is for each of them. */
const isFor = (owners: readonly string[], owner: string): boolean =>
  owners.includes(owner) || (owner === 'Both' && TEAMS.some((team) => owners.includes(team)));

/** Whether a receiver asks for this. */
export function isWanted(receiver: Receiver, { type, namespace, owners }: Notification): boolean {
  const { namespaces, transitions } = receiver;
  return (
    transitions.includes(type) &&
    (namespaces.length === 0 || namespaces.includes(namespace)) &&
    (receiver.owners.length === 0 || owners.some((owner) => isFor(receiver.owners, owner)))
  );
}
