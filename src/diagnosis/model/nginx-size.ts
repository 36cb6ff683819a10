const UNITS: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Bytes of a size as nginx writes it, such as `8m`; undefined for what is no size. */
export function bytesOf(size: string): number | undefined {
  const [, digits, unit = ''] = /^(\d+)([kmg]?)b?$/i.exec(size.trim()) ?? [];
  return digits === undefined ? undefined : Number(digits) * (UNITS[unit.toLowerCase()] ?? 1);
}
