/**
 * The fields of a type that are kept: `true` for a whole value, `false` for none of it, a function for what it makes of
 * it, a record for some of its fields, a list for its items. The compiler asks for every field of the type, so that a field added to the model cannot be forgotten here.
 */
export type Shape<T> =
  | boolean
  | ((value: never) => T)
  | (T extends readonly (infer Item)[]
      ? readonly [Shape<NonNullable<Item>>]
      : T extends object
        ? { readonly [K in keyof T]-?: Shape<NonNullable<T[K]>> }
        : boolean);

type AnyShape =
  | boolean
  | ((value: never) => unknown)
  | readonly [AnyShape]
  | { readonly [field: string]: AnyShape };

const isList = (shape: AnyShape): shape is readonly [AnyShape] => Array.isArray(shape);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** A copy that holds nothing but the fields of the shape; absent fields stay absent. */
export function keepShape<T>(shape: Shape<T>, value: unknown): T {
  return keep(shape as AnyShape, value) as T;
}

function keep(shape: AnyShape, value: unknown): unknown {
  if (typeof shape === 'function') return shape(value as never);
  if (typeof shape === 'boolean' || !isObject(value)) return value;
  if (isList(shape)) return Array.isArray(value) ? value.map((item) => keep(shape[0], item)) : value;
  const kept: Record<string, unknown> = {};
  for (const field in shape) {
    const inner = shape[field] as AnyShape;
    if (inner !== false && value[field] !== undefined) kept[field] = keep(inner, value[field]);
  }
  return kept;
}

/** Paths of the fields that the shape does not have, such as `spec.ports[0].targetport`. */
export function fieldsOutside<T>(shape: Shape<T>, value: unknown): readonly string[] {
  return outside(shape as AnyShape, value, '');
}

function outside(shape: AnyShape, value: unknown, path: string): string[] {
  if (typeof shape !== 'object' || !isObject(value)) return [];
  if (Array.isArray(value)) {
    const item = isList(shape) ? shape[0] : shape;
    return value.flatMap((each, index) => outside(item, each, `${path}[${index}]`));
  }
  return Object.entries(value).flatMap(([field, inner]) => {
    const here = path === '' ? field : `${path}.${field}`;
    const known = isList(shape) ? undefined : shape[field];
    return known === undefined ? [here] : outside(known, inner, here);
  });
}
