const MARK = Buffer.from('"fieldsV1":{');
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * JSON of the API server in which every `fieldsV1` is empty. Who wrote when stays; which fields are up to half of an
 * object, under names that come nowhere else, and nobody reads them. What is no JSON does not become any.
 */
export function withoutFieldsV1(json: Buffer): string {
  let kept = '';
  let from = 0;
  for (let at = json.indexOf(MARK); at !== -1; at = json.indexOf(MARK, from)) {
    const inside = at + MARK.length;
    kept += json.toString('utf8', from, inside);
    from = endOfObject(json, inside);
  }
  return kept + json.toString('utf8', from);
}

const MOST_RECENT = 8;
const SHORTEST_RECENT = 512;
const LONGEST_RECENT = 65_536;
/** Objects of one workload follow each other and were written alike: what was just read to its end is not read again. */
const recent: Buffer[] = [];

/** Where the brace stands that closes the object in which this is, or the end of the text. */
function endOfObject(json: Buffer, inside: number): number {
  const same = recent.find((text) => text.equals(json.subarray(inside, inside + text.length)));
  if (same !== undefined) return inside + same.length - 1;
  const end = closingBrace(json, inside);
  const length = end + 1 - inside;
  if (end < json.length && length >= SHORTEST_RECENT && length <= LONGEST_RECENT) {
    recent.unshift(Buffer.from(json.subarray(inside, end + 1)));
    if (recent.length > MOST_RECENT) recent.pop();
  }
  return end;
}

function closingBrace(json: Buffer, inside: number): number {
  let depth = 1;
  for (let at = inside; at < json.length; at += 1) {
    const byte = json[at];
    if (byte === QUOTE) at = endOfString(json, at);
    else if (byte === OPEN) depth += 1;
    else if (byte === CLOSE) depth -= 1;
    if (depth === 0) return at;
  }
  return json.length;
}

/** Where the quote stands that ends the string which begins here, or the end of the text. */
function endOfString(json: Buffer, start: number): number {
  for (let at = start + 1; at < json.length; at += 1) {
    const byte = json[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at += 1;
  }
  return json.length;
}
