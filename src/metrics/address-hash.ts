import ipaddr from 'ipaddr.js';

/** FNV-1a, 32 bits, over the 4 or 16 bytes of an address, as blackbox_exporter has it; 0 without an address. */
export function addressHash(address: string | undefined): number {
  if (address === undefined || !ipaddr.isValid(address)) return 0;
  let hash = 0x811c9dc5;
  for (const byte of ipaddr.parse(address).toByteArray()) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
