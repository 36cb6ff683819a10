import type { NamespaceHands } from '../discovery/automatic-probes.ts';
import type { Complaint, ExistingProbe } from '../discovery/plan.ts';
import { manifestOf } from '../discovery/routes.ts';
import type { WantedProbe } from '../discovery/wanted-probes.ts';
import { KINDS } from '../evidence/cluster/kinds.ts';
import { hasReason, isNamespaceGone } from '../kubernetes/api-error.ts';
import type { Client } from '../kubernetes/client.ts';
import { createEvent } from '../kubernetes/events.ts';
import { apiVersionOf } from '../kubernetes/resources.ts';
import { AUTOMATIC_LABELS, STATUS_PROBES } from '../operator/stored-probe.ts';

export interface WriteOptions {
  readonly client: Client;
  /** Name of this replica. */
  readonly instance: string;
  readonly signal: AbortSignal;
  /** Throws when the namespace does not belong to this replica any more. */
  readonly fence: () => void;
}

/** What an Event is about. */
export type Regarded = Parameters<typeof createEvent>[1]['regarding'];

const FIELD_MANAGER = 'statusprobe-discovery';

/** Writes the StatusProbes of one namespace and the Events about its objects. */
export function createWrites(
  namespace: string,
  regarded: (uid: string) => Regarded | undefined,
  { client, instance, ...call }: WriteOptions,
): NamespaceHands {
  const isThere = (name: string): Promise<boolean> =>
    client.get(STATUS_PROBES, { namespace, name }, { signal: call.signal }).then(
      () => true,
      (error: unknown) => {
        if (hasReason(error, 'NotFound')) return false;
        throw error;
      },
    );
  return {
    async apply(probe, existing) {
      // The watch may not have told yet of what somebody has just made: that is theirs, and it will tell.
      if (existing === undefined && (await isThere(probe.name))) return;
      const options = { fieldManager: FIELD_MANAGER, force: existing !== undefined, ...call };
      await client
        .apply(STATUS_PROBES, automaticProbe(namespace, probe, existing), options)
        .catch(pass('Conflict'));
    },
    async remove({ name, uid }) {
      const options = { preconditions: { uid }, ...call };
      await client.delete(STATUS_PROBES, { namespace, name }, options).catch(pass('NotFound', 'Conflict'));
    },
    async complain({ uid, message }: Complaint) {
      const regarding = regarded(uid);
      if (regarding === undefined) return;
      const fields = {
        type: 'Warning',
        reason: 'AutomaticProbeRefused',
        action: 'Discover',
        note: message,
        regarding,
        reportingController: 'statusprobe.dev/operator',
        reportingInstance: instance,
      } as const;
      await createEvent(client, fields, call).catch((error: unknown) => {
        if (!isNamespaceGone(error)) throw error;
      });
    },
  };
}

/** Somebody was faster, and the watch tells of it. */
const pass =
  (...reasons: readonly string[]) =>
  (error: unknown): void => {
    if (!reasons.some((reason) => hasReason(error, reason)) && !isNamespaceGone(error)) throw error;
  };

/** With the fields that follow the object, and no others: those are for people. */
function automaticProbe(
  namespace: string,
  { kind, uid, objectName, name, spec }: WantedProbe,
  existing: ExistingProbe | undefined,
) {
  const owner = {
    apiVersion: apiVersionOf(KINDS[kind].resource),
    kind,
    name: objectName,
    uid,
    controller: true,
  };
  return manifestOf(
    {
      namespace,
      name,
      ...(existing && { uid: existing.uid }),
      labels: AUTOMATIC_LABELS,
      ownerReferences: [owner],
    },
    spec,
  );
}
