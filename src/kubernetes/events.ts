import { hasReason } from './api-error.ts';
import type { CallOptions, Client } from './client.ts';
import { microTime } from './micro-time.ts';
import { EVENTS } from './resources.ts';

export interface EventFields {
  readonly type: 'Normal' | 'Warning';
  /** What happened, as one CamelCase word. */
  readonly reason: string;
  /** What was done about it, as one CamelCase word. */
  readonly action: string;
  /** For people; cut to 1024 bytes, as the API server demands. */
  readonly note: string;
  readonly regarding: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
    readonly uid?: string;
  };
  /** `example.com/name` of the program, and the name of its replica. */
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly occurredAt?: Date;
  /** Makes it the same Event when it is sent again, because nobody knows whether it arrived. */
  readonly id?: string;
}

/** Creates an Event of events.k8s.io/v1; those of cluster-scoped objects go to the namespace `default`. */
export async function createEvent(
  client: Pick<Client, 'create'>,
  { id, occurredAt = new Date(), ...fields }: EventFields,
  options?: CallOptions,
): Promise<void> {
  const { namespace = 'default', name } = fields.regarding;
  const event = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: {
      namespace,
      ...(id === undefined ? { generateName: `${name}-` } : { name: nameFor(name, id) }),
    },
    eventTime: microTime(occurredAt),
    ...fields,
    note: cutToBytes(fields.note, 1024),
  };
  await client.create(EVENTS, event, options).catch((error: unknown) => {
    if (id === undefined || !hasReason(error, 'AlreadyExists')) throw error;
  });
}

/** A name has at most 253 characters, and no part of it ends with a hyphen. */
const nameFor = (name: string, id: string): string =>
  `${name.slice(0, 252 - id.length).replace(/[.-]+$/, '')}.${id}`;

/** Cuts between characters: a decoder that expects more leaves out an incomplete one. */
const cutToBytes = (text: string, bytes: number): string =>
  new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, bytes), { stream: true });
