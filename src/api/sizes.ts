const FORM = /^([0-9]{1,8})(Ki|Mi)?$/;
const UNITS: Readonly<Record<string, number>> = { Ki: 1024, Mi: 1024 ** 2 };

/** Bytes of a size such as `512Ki`; undefined for any other text. */
export function parseSize(text: string): number | undefined {
  const [, count, unit = ''] = FORM.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (UNITS[unit] ?? 1);
}
