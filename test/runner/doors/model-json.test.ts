import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { JsonFields } from '../../../src/runner/doors/model-json.js';

const isWanted = (name: string): boolean => name.length < 3;

/** Its fields, however the text is cut. */
function fieldsOf(text: string, size: number): JsonFields {
  const json = new JsonFields(isWanted, 1000);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) json.take(bytes.subarray(at, at + size));
  return json;
}

test('finds what JSON.parse finds', () => {
  const object = fc.dictionary(
    fc.string({ maxLength: 5 }).filter((name) => name !== '__proto__'),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(object, fc.integer({ min: 1, max: 40 }), fc.constantFrom(undefined, 2), (value, size, indent) => {
      const text = JSON.stringify(value, null, indent);
      const json = fieldsOf(text, size);
      const wanted = Object.entries(JSON.parse(text)).filter(
        ([name, one]) => isWanted(name) && Buffer.byteLength(JSON.stringify(one, null, indent)) < 900,
      );
      expect(json.isObject).toBe(true);
      const found = json.fields.filter(([, one]) => one !== undefined);
      expect(Object.fromEntries(found)).toMatchObject(Object.fromEntries(wanted));
    }),
  );
});

test.each([
  [
    '{"a":1,"a":[{"a":2}],"long":3}',
    [
      ['a', 1],
      ['a', [{ a: 2 }]],
    ],
  ],
  [
    '{"x":{"a":1},"y":["a",{"a":1}]}',
    [
      ['x', { a: 1 }],
      ['y', ['a', { a: 1 }]],
    ],
  ],
  [
    '[{"a":1},[{"a":2}],{"a":"}"}]',
    [
      ['a', 1],
      ['a', '}'],
    ],
  ],
  ['{"\\u0061":"\\"}"}', [['a', '"}']]],
  [
    `{"a":"${'x'.repeat(2000)}","b":1}`,
    [
      ['a', undefined],
      ['b', 1],
    ],
  ],
])('%.40s', (text, fields) => {
  for (const size of [1, 3, 5000]) expect(fieldsOf(text, size).fields).toEqual(fields);
});

test.each(['', '"a"', 'a', '1', '{', '{}{}', '{} x', "{'a':1}", '\ufeff{}', '{"a":\0}', '[]'])(
  '%j is no object',
  (text) => {
    expect(fieldsOf(text, 10).isObject).toBe(false);
  },
);
