const cell = (table: readonly (readonly number[])[], row: number, column: number): number =>
  table[row]?.[column] ?? Number.POSITIVE_INFINITY;

/** Letters added, left out, replaced or swapped with their neighbour on the way from one word to the other. */
function editDistance(from: string, to: string): number {
  const table = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= from.length; row++) {
    const line = [row];
    table.push(line);
    for (let column = 1; column <= to.length; column++) {
      const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      line.push(
        Math.min(
          cell(table, row - 1, column) + 1,
          cell(table, row, column - 1) + 1,
          cell(table, row - 1, column - 1) + Number(from[row - 1] !== to[column - 1]),
          isSwap ? cell(table, row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return cell(table, from.length, to.length);
}

/** `shop` and `shop-service` are one name to people. */
const isExtended = (a: string, b: string): boolean => a.startsWith(`${b}-`) || a.endsWith(`-${b}`);

function distance(name: string, known: string): number {
  const [a, b] = [name.toLowerCase(), known.toLowerCase()];
  if (isExtended(a, b) || isExtended(b, a)) return 1;
  const edits = editDistance(a, b);
  const allowed = Math.min(3, Math.floor(Math.max(a.length, b.length) / 3));
  return edits <= allowed ? edits : Number.POSITIVE_INFINITY;
}

/** The known name that was most likely meant; undefined when none is close enough to be a slip of the pen. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const close = [...new Set(known)]
    .filter((other) => other !== name)
    .map((other) => ({ other, edits: distance(name, other) }))
    .filter(({ edits }) => Number.isFinite(edits))
    .sort((a, b) => a.edits - b.edits || (a.other < b.other ? -1 : 1));
  return close[0]?.other;
}
