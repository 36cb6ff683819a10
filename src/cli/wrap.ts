import { stripVTControlCharacters } from 'node:util';

const widthOf = (text: string): number => [...stripVTControlCharacters(text)].length;

/**
 * Breaks a line between words so that it fits into so many columns; what follows stands under its text. A word that is
 * longer than that stays whole, so that it can be copied.
 */
export function wrap(line: string, columns: number | undefined): readonly string[] {
  if (columns === undefined || widthOf(line) <= columns) return [line];
  const [lead = ''] = /^ */.exec(line) ?? [];
  const lines: string[] = [];
  let current = '';
  for (const word of line.slice(lead.length).split(' ')) {
    const longer = current === '' ? `${lead}${word}` : `${current} ${word}`;
    if (current !== '' && widthOf(longer) > columns) {
      lines.push(current.trimEnd());
      current = `${lead}  ${word}`;
    } else current = longer;
  }
  return [...lines, current];
}
