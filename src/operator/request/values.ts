/** An object of the probe's own namespace that a request takes a value from. */
export interface ValueSource {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
}

/** Its keys with their bytes; undefined where the object does not exist. Throws `MissingValue`. */
export type ReadValues = (source: ValueSource) => Promise<ReadonlyMap<string, Buffer> | undefined>;

/** Why a request could not be made from the spec; the words are reasons of the Ready condition. */
export class MissingValue extends Error {
  readonly reason: 'SecretNotFound' | 'SecretForbidden';

  constructor(reason: MissingValue['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Looks values up by reference, each object once for a request. */
export class Values {
  readonly #read: ReadValues;
  readonly #objects = new Map<string, ReturnType<ReadValues>>();

  constructor(read: ReadValues) {
    this.#read = read;
  }

  /** The bytes of a key. Throws `MissingValue` with one sentence that says what to create. */
  async bytes(source: ValueSource, key: string): Promise<Buffer> {
    const { kind, name } = source;
    const id = `${kind}/${name}`;
    const reading = this.#objects.get(id) ?? this.#read(source);
    this.#objects.set(id, reading);
    const values = await reading;
    if (values === undefined) throw new MissingValue('SecretNotFound', `${kind} ${name} does not exist.`);
    const value = values.get(key);
    if (value === undefined) throw new MissingValue('SecretNotFound', `${kind} ${name} has no key ${key}.`);
    return value;
  }

  /** The text of a key without the line break that `echo` leaves at its end. */
  async text(source: ValueSource, key: string): Promise<string> {
    return (await this.bytes(source, key)).toString('utf8').replace(/\r?\n$/, '');
  }

  secretText(name: string, key: string): Promise<string> {
    return this.text({ kind: 'Secret', name }, key);
  }
}
