import { masked } from '../redact.ts';

/** Where objects quote what others wrote, and where people put passwords: messages, and what probes ask and execute. */
const QUOTING: ReadonlyMap<string, (value: unknown) => unknown> = new Map([
  ['message', (value: unknown) => (typeof value === 'string' ? masked(value) : value)],
  ['httpGet', (value: unknown) => ({ ...Object(value), ...maskedPath(Object(value)) })],
  // One text: that `-p` has a value is seen only beside it.
  ['exec', (value: unknown) => ({ command: [masked([Object(value).command].flat().join(' '))] })],
]);

const maskedPath = ({ path }: { readonly path?: unknown }) =>
  typeof path === 'string' ? { path: masked(path) } : {};

/** The value itself where nothing in it is masked. */
function walked(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const parts = value as Readonly<Record<string, unknown>>;
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(parts)) {
    const part = (QUOTING.get(key) ?? walked)(parts[key]);
    if (part === parts[key]) continue;
    copy ??= (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
    copy[key] = part;
  }
  return copy ?? value;
}

/** The object without secrets in its spec and status: both may end in the evidence of a finding. */
export function withoutQuotedSecrets<T>(object: T): T {
  const { spec, status } = object as { readonly spec?: unknown; readonly status?: unknown };
  return {
    ...object,
    ...(spec === undefined ? {} : { spec: walked(spec) }),
    ...(status === undefined ? {} : { status: walked(status) }),
  };
}
