const MARK = '"fieldsV1":{';
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * A JSON text of the API server in which every `fieldsV1` is empty. Who wrote when stays; which fields are up to half of
 * an object, under names that come nowhere else, and nobody reads them. What is no JSON does not become any.
 */
export function withoutFieldsV1(json: string): string {
  const kept: string[] = [];
  let from = 0;
  for (let at = json.indexOf(MARK); at !== -1; at = json.indexOf(MARK, from)) {
    const inside = at + MARK.length;
    kept.push(json.slice(from, inside));
    from = endOfObject(json, inside);
  }
  return kept.join('') + json.slice(from);
}

/** Where the brace stands that closes the object in which this is, or the end of the text. */
function endOfObject(json: string, inside: number): number {
  let depth = 1;
  for (let at = inside; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfString(json, at);
    else if (code === OPEN) depth += 1;
    else if (code === CLOSE) depth -= 1;
    if (depth === 0) return at;
  }
  return json.length;
}

/** Where the quote stands that ends the string which begins here, or the end of the text. */
function endOfString(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at += 1;
  }
  return json.length;
}
