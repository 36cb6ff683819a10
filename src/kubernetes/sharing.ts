/** Texts that are longer seldom come twice; shorter ones the JSON parser shares already. */
const LONGEST = 64;
const SHORTEST = 11;
/** Far more than there are different times, images and states, or parts of workloads, at one time. */
const MOST = 20_000;

/** Of all values with one key, always the first. */
function createMemory(): <T>(key: string, value: T) => T {
  const known = new Map<string, unknown>();
  return <T>(key: string, value: T): T => {
    const before = known.get(key);
    if (before !== undefined) return before as T;
    if (known.size >= MOST) known.clear();
    known.set(key, value);
    return value;
  };
}

/** Gives of equal plain objects always the very same one. */
export function createPartSharing(): <T>(part: T) => T {
  const remembered = createMemory();
  return (part) => remembered(JSON.stringify(part), part);
}

/** Gives a plain object the very same texts as others before it: times, images and messages stand in many objects. */
export function createTextSharing(): <T>(object: T) => T {
  const remembered = createMemory();
  const shared = (text: string): string =>
    text.length > LONGEST || text.length < SHORTEST ? text : remembered(text, text);

  const share = <T>(value: T): T => {
    if (typeof value === 'string') return shared(value) as T;
    if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
    const parts = value as Record<string, unknown>;
    for (const name of Object.keys(parts)) parts[name] = share(parts[name]);
    return value;
  };
  return share;
}
