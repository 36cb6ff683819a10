/**
 * The member that owns a key: the one with the highest score for it. Every process that knows the same members comes
 * to the same answer, and when one leaves, only its own keys move.
 */
export function ownerOf(key: string, members: readonly string[]): string | undefined {
  let owner: string | undefined;
  let best = -1;
  for (const member of members) {
    const score = hash(`${member}\n${key}`);
    const wins = score > best || (score === best && owner !== undefined && member < owner);
    if (wins) {
      owner = member;
      best = score;
    }
  }
  return owner;
}

/** FNV-1a over UTF-16 code units, with the final mixing of MurmurHash3 for an even spread. 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
