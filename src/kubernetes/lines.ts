const NEW_LINE = 0x0a;

/** Takes a stream of bytes piece by piece, and gives the lines that each piece completes. */
export type LineCutter = (chunk: Buffer) => readonly Buffer[];

/** Fails with a RangeError where a line is longer than so many bytes. */
export function createLineCutter(maximumLength: number): LineCutter {
  let pending: Buffer[] = [];
  let pendingLength = 0;
  return (chunk) => {
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEW_LINE); end !== -1; end = chunk.indexOf(NEW_LINE, start)) {
      const last = chunk.subarray(start, end);
      lines.push(pending.length === 0 ? last : Buffer.concat([...pending, last]));
      pending = [];
      pendingLength = 0;
      start = end + 1;
    }
    if (start < chunk.length) pending.push(chunk.subarray(start));
    pendingLength += chunk.length - start;
    if (pendingLength > maximumLength) throw new RangeError(`a line is longer than ${maximumLength} bytes`);
    return lines;
  };
}
