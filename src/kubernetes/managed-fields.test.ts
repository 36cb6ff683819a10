import { describe, expect, test } from 'vitest';
import { withoutFieldsV1 } from './managed-fields.ts';

const WRITER = { manager: 'helm', operation: 'Update', time: '2026-01-01T00:00:00Z' };
const entry = (fieldsV1: unknown, more: object = {}) => ({ ...WRITER, fieldsV1, ...more });
const objectWith = (...managedFields: readonly unknown[]) => ({
  metadata: { name: 'shop', managedFields },
  spec: { replicas: 2 },
});
const cut = (object: unknown) => JSON.parse(withoutFieldsV1(Buffer.from(JSON.stringify(object))));

describe('fieldsV1 of what the API server sends', () => {
  test('is emptied in each entry, and all else stays', () => {
    const fields = {
      'f:spec': { 'f:ports': { '.': {}, 'k:{"port":80,"protocol":"TCP"}': { 'f:port': {} } } },
    };
    const object = objectWith(entry(fields), entry({ 'f:status': {} }, { subresource: 'status' }));
    expect(cut(object)).toEqual(objectWith(entry({}), entry({}, { subresource: 'status' })));
  });

  test.each(['v:"}"', 'v:"{{"', 'v:"a\\"}b"', 'v:"ends with a backslash\\\\"', 'f:"fieldsV1":{'])(
    'ends where its object ends, whatever stands in the name %s',
    (name) => {
      const object = objectWith(entry({ [name]: { 'f:a': {} } }), entry({ 'f:b': {} }));
      expect(cut(object)).toEqual(objectWith(entry({}), entry({})));
    },
  );

  test('ends where it ends, also beside one that is like those before up to there', () => {
    const long = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`f:field-${index}`, {}]));
    const others = [long, long, { ...long, more: {} }, { ...long, more: '}}' }, { 'f:b': {} }, long];
    for (const fields of others)
      expect(cut(objectWith(entry(fields), entry(long)))).toEqual(objectWith(entry({}), entry({})));
  });

  test('is looked for in no text', () => {
    const object = { metadata: { annotations: { last: JSON.stringify(objectWith(entry({ 'f:a': {} }))) } } };
    expect(cut(object)).toEqual(object);
  });

  test.each(['', 'no JSON', '{"fieldsV1":{"f:a":{', '{"fieldsV1":{"f:a', '{"fieldsV1":null}', '[1,2]'])(
    'that is cut off or absent makes no JSON of %s that is none',
    (text) => {
      const parsed = (json: string) => {
        try {
          return JSON.parse(json);
        } catch {
          return 'no JSON';
        }
      };
      expect(parsed(withoutFieldsV1(Buffer.from(text)))).toEqual(parsed(text));
    },
  );
});
