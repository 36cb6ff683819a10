/** Columns as kubectl prints them: three spaces between, nothing after the last. */
export function tableText(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [titles, ...rows];
  const widths = titles.map((_, column) => Math.max(...all.map((row) => [...(row[column] ?? '')].length)));
  const lines = all.map((row) =>
    row
      .map((cell, column) => `${cell}${' '.repeat((widths[column] ?? 0) - [...cell].length + 3)}`)
      .join('')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Below so many seconds an age is written in these units, as kubectl does. */
const AGES: readonly (readonly [below: number, units: readonly (keyof typeof SECONDS)[]])[] = [
  [120, ['s']],
  [600, ['m', 's']],
  [10_800, ['m']],
  [28_800, ['h', 'm']],
  [172_800, ['h']],
  [691_200, ['d', 'h']],
  [Number.POSITIVE_INFINITY, ['d']],
];

/** `45s`, `5m10s`, `7h`, `3d4h`. */
export function age(milliseconds: number): string {
  let rest = Math.max(0, Math.floor(milliseconds / 1000));
  const [, units = []] = AGES.find(([below]) => rest < below) ?? [];
  let text = '';
  for (const unit of units) {
    const count = Math.floor(rest / SECONDS[unit]);
    rest -= count * SECONDS[unit];
    if (count > 0 || text === '') text += `${count}${unit}`;
  }
  return text;
}
