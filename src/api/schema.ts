import { RULES, type RuleMessage } from './rules.ts';

/** The part of the CRD's schema by which an object is read without an API server. */
export interface Schema {
  readonly type: keyof typeof TYPES;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly format?: 'date-time';
  /** Bounds of a number, of the characters of a string, or of the entries of a list. */
  readonly min?: number;
  readonly max?: number;
  /** `field`: the field of the object that the rule blames. */
  readonly rules?: readonly { readonly message: RuleMessage; readonly field?: string }[];
}

/** What became of an object: with its defaults filled in, and one sentence for each mistake. */
export interface Reading {
  readonly value: unknown;
  readonly problems: readonly string[];
}

/** Where a reader is, and what it found so far. */
interface Place {
  readonly at: string;
  readonly problems: string[];
  readonly refuseUnknownFields: boolean;
}

const isString = (value: unknown) => typeof value === 'string';
const isWhole = (value: unknown) => Number.isSafeInteger(value);

const TYPES = {
  object: {
    name: 'an object',
    is: (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value),
  },
  array: { name: 'a list', is: (value: unknown) => Array.isArray(value) },
  string: { name: 'a string, in quotes where it looks like a number', is: isString },
  integer: { name: 'a whole number', is: isWhole },
  integerOrString: {
    name: 'a whole number or a string',
    is: (value: unknown) => isWhole(value) || isString(value),
  },
  boolean: { name: 'true or false', is: (value: unknown) => typeof value === 'boolean' },
} as const;

const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i;

/**
 * Reads what is stored or written at `at` as the API server would: fills defaults in, drops what the schema does not
 * know (or blames it), and says what is wrong, without ever showing a value.
 */
export function read(schema: Schema, value: unknown, at: string, refuseUnknownFields: boolean): Reading {
  const problems: string[] = [];
  return { value: readValue(schema, value, { at, problems, refuseUnknownFields }), problems };
}

function readValue(schema: Schema, value: unknown, place: Place): unknown {
  const before = place.problems.length;
  const misfit = TYPES[schema.type].is(value)
    ? wrongValue(schema, value)
    : `must be ${TYPES[schema.type].name}`;
  if (misfit !== undefined) place.problems.push(`${place.at} ${misfit}.`);
  if (place.problems.length > before) return value;
  const whole = readParts(schema, value, place);
  if (place.problems.length === before) place.problems.push(...brokenRules(schema, whole, place.at));
  return whole;
}

function wrongValue(schema: Schema, value: unknown): string | undefined {
  if (schema.enum?.includes(value as string) === false) return `must be one of ${schema.enum.join(', ')}`;
  if (schema.format !== undefined && !isDateTime(value as string)) {
    return 'must be a date and time, such as 2030-01-31T00:00:00Z';
  }
  return outOfBounds(schema, value);
}

function outOfBounds({ type, min, max }: Schema, value: unknown): string | undefined {
  if (min === undefined && max === undefined) return undefined;
  const [amount, unit] = measure(type, value);
  const isOutside = amount < (min ?? Number.NEGATIVE_INFINITY) || amount > (max ?? Number.POSITIVE_INFINITY);
  if (!isOutside) return undefined;
  return `must ${unit ? 'have' : 'be'} ${min === undefined ? 'at most' : `from ${min} to`} ${max}${unit}`;
}

/** What the bounds of a schema bound; not a number where they bound nothing. */
function measure(type: Schema['type'], value: unknown): readonly [amount: number, unit: string] {
  if (typeof value === 'string') return [[...value].length, ' characters'];
  if (Array.isArray(value)) return [value.length, ' entries'];
  return [type === 'integer' ? (value as number) : Number.NaN, ''];
}

function isDateTime(text: string): boolean {
  return DATE_TIME.test(text) && !Number.isNaN(Date.parse(text));
}

function readParts(schema: Schema, value: unknown, place: Place): unknown {
  const { items, properties } = schema;
  if (items !== undefined) {
    return (value as unknown[]).map((item, index) =>
      readValue(items, item, { ...place, at: `${place.at}[${index}]` }),
    );
  }
  return properties === undefined ? value : readProperties(schema, value as Record<string, unknown>, place);
}

function readProperties(schema: Schema, given: Record<string, unknown>, place: Place): unknown {
  const { properties = {}, required = [] } = schema;
  const whole: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(properties)) {
    const at = `${place.at}.${name}`;
    const value = given[name] ?? (property.default && structuredClone(property.default));
    if (value !== undefined) whole[name] = readValue(property, value, { ...place, at });
    else if (required.includes(name)) place.problems.push(`${at} must be given.`);
  }
  if (place.refuseUnknownFields) {
    const unknown = Object.keys(given).filter((name) => !Object.hasOwn(properties, name));
    place.problems.push(...unknown.map((name) => `${place.at}.${name} is not a field of a StatusProbe.`));
  }
  return whole;
}

function brokenRules({ rules = [] }: Schema, value: unknown, at: string): string[] {
  return rules
    .filter(({ message }) => !(RULES[message] as (value: unknown) => boolean)(value))
    .map(({ message, field }) => `${at}${field ?? ''} ${message}.`);
}
