const NEW_LINE = 0x0a;

/**
 * Cuts a stream of bytes into lines, as many as each chunk completes. Characters may be cut between chunks. What
 * follows the last new line is dropped: the stream was cut in it.
 */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  maximumLength: number,
): AsyncGenerator<readonly string[]> {
  let pending: Buffer[] = [];
  let pendingLength = 0;
  for await (const chunk of chunks) {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEW_LINE); end !== -1; end = chunk.indexOf(NEW_LINE, start)) {
      pending.push(chunk.subarray(start, end));
      lines.push(
        pending.length === 1 ? chunk.toString('utf8', start, end) : Buffer.concat(pending).toString('utf8'),
      );
      pending = [];
      pendingLength = 0;
      start = end + 1;
    }
    pending.push(chunk.subarray(start));
    pendingLength += chunk.length - start;
    if (lines.length > 0) yield lines;
    if (pendingLength > maximumLength) throw new RangeError(`a line is longer than ${maximumLength} bytes`);
  }
}
