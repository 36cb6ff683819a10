import type { ResolvedSpec } from '../api/defaults.ts';
import { SPEC_SCHEMA } from '../api/generated.ts';
import { read, type Schema } from '../api/schema.ts';

/** How /probe asks and what it expects: parts of a StatusProbe's spec under a name. */
export interface ProbeModule extends Pick<ResolvedSpec, 'request' | 'expect'> {
  readonly name: string;
  /** Absent: as long as the scrape leaves. */
  readonly timeout?: string;
}

const { request, expect, timeout } = SPEC_SCHEMA.properties as Readonly<Record<string, Schema>> &
  Readonly<Record<'request' | 'expect' | 'timeout', Schema>>;
const { default: _, ...timeoutWithoutDefault } = timeout;

const MODULE: Schema = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string', min: 1, max: 63 }, request, expect, timeout: timeoutWithoutDefault },
};

export const PROBE_MODULES: Schema = { type: 'array', default: [], items: MODULE };

const builtIn = (parts: object): ProbeModule => read(MODULE, parts, 'module', true).value as ProbeModule;

/** What is there without a policy, under the names that blackbox_exporter's example has. */
const BUILT_IN: readonly ProbeModule[] = [
  builtIn({ name: 'http_2xx' }),
  builtIn({ name: 'http_post_2xx', request: { method: 'POST' } }),
];

/** By name; one of the administrator goes before one that is built in. */
export const modulesByName = (modules: readonly ProbeModule[]): ReadonlyMap<string, ProbeModule> =>
  new Map([...BUILT_IN, ...modules].map((module) => [module.name, module]));

/** Why a list of modules cannot be used, as one sentence; undefined when it can. */
export function moduleProblem(modules: readonly ProbeModule[], at: string): string | undefined {
  for (const [index, module] of modules.entries()) {
    if (hasReference(module)) {
      return `${at}[${index}] must not refer to Secrets or ConfigMaps, because whoever reaches /probe chooses where its requests go.`;
    }
    if (modules.findIndex(({ name }) => name === module.name) < index) {
      return `${at}[${index}].name is the name of another module.`;
    }
  }
  return undefined;
}

const hasReference = (part: unknown): boolean =>
  typeof part === 'object' &&
  part !== null &&
  Object.entries(part).some(([name, value]) => name.endsWith('Ref') || hasReference(value));
