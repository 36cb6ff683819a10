import { masked } from '../redact.ts';

/** Where objects quote what others wrote, and where people put passwords: messages, and what probes ask and execute. */
const QUOTING: Readonly<Record<string, (value: unknown) => unknown>> = {
  message: (value) => (typeof value === 'string' ? masked(value) : value),
  httpGet: (value) => ({ ...Object(value), ...maskedPath(Object(value)) }),
  // One text: that `-p` has a value is seen only beside it.
  exec: (value) => ({ command: [masked([Object(value).command].flat().join(' '))] }),
};

const maskedPath = ({ path }: { readonly path?: unknown }) =>
  typeof path === 'string' ? { path: masked(path) } : {};

function walked(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(walked);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, (QUOTING[key] ?? walked)(inner)]),
  );
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
