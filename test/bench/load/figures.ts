/** One figure beside what it should be at most. */
export function tell(name: string, value: number, goal: number | undefined, unit: string): void {
  const shown = value >= 100 ? value.toFixed(0) : value.toFixed(2);
  const beside =
    goal === undefined ? '' : `  (goal: at most ${goal} ${unit})${value > goal ? '  MISSED' : ''}`;
  console.log(`${name}: ${shown} ${unit}${beside}`);
}

/** Looks again and again until it is so; the seconds that it took. */
export async function secondsUntil(
  isSo: () => Promise<boolean>,
  { everyMilliseconds = 1000, limitSeconds = 600 } = {},
): Promise<number> {
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  while (!(await isSo())) {
    if (seconds() > limitSeconds) throw new Error(`It was not so after ${limitSeconds} s: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, everyMilliseconds));
  }
  return seconds();
}

/** How fast the machine is just now: CPU milliseconds of a fixed piece of work, by which runs can be held beside each other. */
export function yardstick(): number {
  const text = JSON.stringify(Array.from({ length: 2000 }, (_, index) => ({ index, text: `text ${index}` })));
  const before = process.cpuUsage();
  for (let round = 0; round < 1000; round += 1) JSON.parse(text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
