import type { ObjectMeta } from '../diagnosis/model/kubernetes.ts';

const PREFIX = 'statusprobe.dev/';

/** What the annotations of an object ask for. */
export interface Wish {
  /** Absent where the object leaves it to its namespace. */
  readonly isProbed?: boolean;
  readonly path?: string;
  readonly interval?: string;
  readonly statusCodes?: readonly string[];
}

export type ReadWish = { readonly ok: true; readonly wish: Wish } | Mistake;

/** One sentence that names the annotation or label. */
interface Mistake {
  readonly ok: false;
  readonly message: string;
}

const SWITCH: Readonly<Record<string, boolean>> = { true: true, false: false };

export function readWish({ annotations = {} }: Pick<ObjectMeta, 'annotations'>): ReadWish {
  const value = (name: string): string | undefined => annotations[PREFIX + name];
  const probe = value('probe');
  if (probe !== undefined && SWITCH[probe] === undefined) {
    return { ok: false, message: `Annotation ${PREFIX}probe must be "true" or "false".` };
  }
  const isProbed = SWITCH[probe ?? ''];
  const [path, interval, codes] = [value('path'), value('interval'), value('status-codes')];
  return {
    ok: true,
    wish: {
      ...(isProbed === undefined ? {} : { isProbed }),
      ...(path === undefined ? {} : { path }),
      ...(interval === undefined ? {} : { interval }),
      ...(codes === undefined ? {} : { statusCodes: codes.split(',').map((code) => code.trim()) }),
    },
  };
}

/** Which annotation stands for the field of a StatusProbe that a problem names. */
const FIELDS: readonly (readonly [field: RegExp, annotation: string])[] = [
  [/^spec\.target\.\w+\.path/, 'path'],
  [/^spec\.interval/, 'interval'],
  [/^spec\.expect\.statusCodes(\[\d+\])?/, 'status-codes'],
];

/** A problem of the StatusProbe, told of the annotation that caused it. */
export function toldOfAnnotation(problem: string): string {
  const [field, annotation] = FIELDS.find(([each]) => each.test(problem)) ?? [];
  return field === undefined ? problem : problem.replace(field, `Annotation ${PREFIX}${annotation}`);
}

/** Which objects of a namespace are probed: all routes unless they say no, those that say yes, or none. */
export type NamespaceMode = 'enabled' | 'annotated' | 'disabled';

export type ReadMode =
  | { readonly ok: true; readonly mode: NamespaceMode }
  | (Mistake & { readonly mode: 'annotated' });

/** A label that nobody understands opens and closes nothing. */
export function readMode({ labels = {} }: Pick<ObjectMeta, 'labels'>): ReadMode {
  const label = labels[`${PREFIX}auto-probes`];
  if (label === undefined) return { ok: true, mode: 'annotated' };
  if (label === 'enabled' || label === 'disabled') return { ok: true, mode: label };
  const message = `Label ${PREFIX}auto-probes must be "enabled" or "disabled".`;
  return { ok: false, message, mode: 'annotated' };
}
