import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ApiError } from './api-error.ts';
import { createIntake } from './intake.ts';
import { createLineCutter } from './lines.ts';
import { PODS } from './resources.ts';
import { createStore } from './store.ts';
import type { Transport } from './transport.ts';
import { openWatch } from './watch.ts';

async function* inPieces(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((one, other) => one - other);
  let start = 0;
  for (const end of [...places, bytes.length]) {
    yield bytes.subarray(start, end);
    start = end;
  }
}

async function linesOf(chunks: AsyncIterable<Buffer>, limit = 1_000_000): Promise<string[]> {
  const lines: string[] = [];
  const cut = createLineCutter(limit);
  for await (const chunk of chunks) lines.push(...cut(chunk).map(String));
  return lines;
}

const text = fc.string({ unit: 'grapheme' }).map((any) => any.replaceAll('\n', ''));

test('lines come out as they went in, wherever the bytes are cut; an unfinished one is dropped', async () => {
  const property = fc.asyncProperty(fc.array(text), text, fc.array(fc.nat()), async (lines, rest, cuts) => {
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join('') + rest);
    expect(await linesOf(inPieces(bytes, cuts))).toEqual(lines);
  });
  await fc.assert(property);
});

test('a line without an end is not collected for ever', async () => {
  await expect(linesOf(inPieces(Buffer.alloc(5_000, 'x'), [1_000, 2_000, 3_000]), 2_500)).rejects.toThrow(
    'a line is longer than 2500 bytes',
  );
});

/** Feeds bytes as the API server would to a watch and what stands behind it. */
async function feed(bytes: Buffer, cuts: readonly number[]) {
  const transport: Transport = {
    request: () => Promise.reject(new Error('not used')),
    stream: async () => inPieces(bytes, cuts),
    onBack: () => () => {},
    close: () => {},
  };
  const options = { timeoutSeconds: 1, inactivityMilliseconds: 1, signal: new AbortController().signal };
  const store = createStore<unknown>();
  const intake = createIntake({ sink: store, project: (raw) => raw, onError: () => {} });
  for await (const events of await openWatch(transport, PODS, options)) {
    for (const event of events) intake.receive(event);
  }
}

const metadata = fc.record(
  {
    name: fc.jsonValue(),
    namespace: fc.jsonValue(),
    uid: fc.jsonValue(),
    resourceVersion: fc.jsonValue(),
    annotations: fc.jsonValue(),
  },
  { requiredKeys: [] },
);
const object = fc.oneof(
  fc.jsonValue(),
  fc.record({ metadata: fc.oneof(metadata, fc.jsonValue()), code: fc.jsonValue() }),
);
const type = fc.oneof(fc.constantFrom('ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'), fc.jsonValue());
const line = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type, object }, { requiredKeys: [] }).map((event) => JSON.stringify(event)),
  },
  { weight: 1, arbitrary: fc.jsonValue().map((value) => JSON.stringify(value)) },
);

test.each([
  ['any JSON', fc.array(line).map((lines) => Buffer.from(lines.map((each) => `${each}\n`).join('')))],
  ['any bytes', fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes))],
])('%s on a watch stream ends well or as an ApiError', async (_, streams) => {
  const property = fc.asyncProperty(streams, fc.array(fc.nat()), async (bytes, cuts) => {
    const error = await feed(bytes, cuts).catch((caught: unknown) => caught);
    expect(error === undefined || error instanceof ApiError).toBe(true);
  });
  await fc.assert(property, { numRuns: 300 });
});
