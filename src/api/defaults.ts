import { SPEC_SCHEMA, STATUS_SCHEMA, type StatusProbeSpec, type StatusProbeStatus } from './generated.ts';
import { read } from './schema.ts';

/** A spec with every default filled in, of which each rule of the CRD is known to hold. */
export type ResolvedSpec = StatusProbeSpec;

/** `message` is one sentence that names the field and says what is allowed; it never shows a value. */
export type Resolution =
  | { readonly ok: true; readonly spec: ResolvedSpec }
  | { readonly ok: false; readonly message: string };

/** Reads the spec of a stored object, by whichever schema it was stored. Fields of a later schema are left out. */
export function resolveSpec(stored: unknown): Resolution {
  return resolve(stored, false);
}

/** Reads the spec of a manifest that no API server has seen, so that a misspelt field is a mistake. */
export function resolveManifest(manifest: unknown): Resolution {
  return resolve(manifest, true);
}

function resolve(object: unknown, refuseUnknownFields: boolean): Resolution {
  const { value, problems } = read(SPEC_SCHEMA, partOf(object, 'spec'), 'spec', refuseUnknownFields);
  const [message] = problems;
  return message === undefined ? { ok: true, spec: value as ResolvedSpec } : { ok: false, message };
}

/** The status of a stored object; as before the first visit where it has none that can be read. */
export function readStatus(stored: unknown): StatusProbeStatus {
  const { value, problems } = read(STATUS_SCHEMA, partOf(stored, 'status'), 'status', false);
  return (problems.length === 0 ? value : STATUS_SCHEMA.default) as StatusProbeStatus;
}

function partOf(object: unknown, part: 'spec' | 'status'): unknown {
  return (object as Readonly<Record<string, unknown>> | null | undefined)?.[part];
}
