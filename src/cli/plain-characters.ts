/** What stands in texts of the project's own and is no ASCII. */
const ASCII: Readonly<Record<string, string>> = {
  '·': '-',
  '…': '...',
  '→': '->',
  '├─': '|-',
  '└─': '`-',
  '│': '|',
};

const SIGNS = new RegExp(Object.keys(ASCII).join('|'), 'g');

/** For terminals that show no UTF-8. Names that somebody else chose stay as they are. */
export const inPlainCharacters = (text: string): string => text.replace(SIGNS, (sign) => ASCII[sign] ?? sign);
