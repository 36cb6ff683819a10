import { parse } from 'yaml';
import { read, type Schema } from '../api/schema.ts';

const TRANSITIONS = ['ProbeFailed', 'CauseChanged', 'ProbeRecovered'] as const;
export type TransitionType = (typeof TRANSITIONS)[number];

/** How a notification is written: a CloudEvent in structured JSON, or `{"text": …}` as chat services take it. */
const FORMATS = ['CloudEvents', 'Text'] as const;

/** Somebody who is told of transitions. */
export interface Receiver {
  /** In metrics and the log. */
  readonly name: string;
  /** File with the URL, which may be a secret itself; read for each attempt. */
  readonly urlFile: string;
  /** File with the key of the signature; without it nothing is signed. */
  readonly keyFile?: string;
  /** File with PEM certificates to trust instead of the system's. */
  readonly caFile?: string;
  readonly format: (typeof FORMATS)[number];
  /** Whose failures; empty: everybody's. */
  readonly owners: readonly string[];
  readonly namespaces: readonly string[];
  readonly transitions: readonly string[];
}

/** The file of `--notifications`. */
export interface NotificationSettings {
  /** Tells clusters apart: the `source` of CloudEvents. */
  readonly source: string;
  readonly receivers: readonly Receiver[];
}

const TEXT: Schema = { type: 'string', min: 1, max: 1024 };
const TEXTS: Schema = { type: 'array', items: TEXT, default: [] };

const SCHEMA: Schema = {
  type: 'object',
  required: ['receivers'],
  properties: {
    source: { ...TEXT, default: 'statusprobe' },
    receivers: {
      type: 'array',
      min: 1,
      max: 50,
      items: {
        type: 'object',
        required: ['name', 'urlFile'],
        properties: {
          name: { ...TEXT, max: 63 },
          urlFile: TEXT,
          keyFile: TEXT,
          caFile: TEXT,
          format: { type: 'string', enum: FORMATS, default: 'CloudEvents' },
          owners: {
            type: 'array',
            items: { type: 'string', enum: ['DevOps', 'Developer', 'Both', 'Unknown'] },
            default: [],
          },
          namespaces: TEXTS,
          transitions: {
            type: 'array',
            items: { type: 'string', enum: TRANSITIONS },
            default: [...TRANSITIONS],
          },
        },
      },
    },
  },
};

/** Reads the file of `--notifications`; throws an Error with one sentence that names the field. */
export function parseNotifications(text: string): NotificationSettings {
  const { value, problems } = read(SCHEMA, parse(text) ?? {}, 'notifications', true);
  const [problem] = problems;
  if (problem !== undefined)
    throw new Error(problem.replace('a field of a StatusProbe', 'a field of notifications'));
  const settings = value as NotificationSettings;
  const names = settings.receivers.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`notifications.receivers has two receivers named ${twice}.`);
  return settings;
}
