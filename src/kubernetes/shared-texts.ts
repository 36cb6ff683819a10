/** Texts that are longer seldom come twice; shorter ones the JSON parser shares already. */
const LONGEST = 64;
const SHORTEST = 11;
/** Far more than there are different times, images and states at one time. */
const MOST = 20_000;

/** Gives a plain object the very same texts as others before it: times, images and messages stand in many objects. */
export function createTextSharing(): <T>(object: T) => T {
  const known = new Map<string, string>();

  const shared = (text: string): string => {
    if (text.length > LONGEST || text.length < SHORTEST) return text;
    const before = known.get(text);
    if (before !== undefined) return before;
    if (known.size >= MOST) known.clear();
    known.set(text, text);
    return text;
  };

  const share = <T>(value: T): T => {
    if (typeof value === 'string') return shared(value) as T;
    if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
    const parts = value as Record<string, unknown>;
    for (const name of Object.keys(parts)) parts[name] = share(parts[name]);
    return value;
  };
  return share;
}
