import { describe, expect, test } from '@jest/globals';
import {
  choiceOf,
  configMap,
  derive,
  FLAG,
  GIVEN,
  group,
  json,
  listOf,
  MAP,
  NUMBER,
  option,
  TEXT,
  type Thing,
  thing,
} from './derived.js';

test('an option of a list that something depends on is refused: a list has too many forms', () => {
  const items = { l: listOf({ enum: ['a', 'b'] }) };
  const hasB = ({ l }: { l: string[] }) => [thing({ x: l.some((one) => one === 'b') })];
  expect(() => derive(items, hasB)).toThrow('cannot express Thing/a/x: l has too many forms');
});

describe('a value that reaches no object is refused by its name', () => {
  const used = { used: GIVEN };
  const objects = ({ used }: { used: string }) => [thing({ used })];

  test.each([
    ['a text', { a: TEXT }, 'a'],
    ['a number', { n: NUMBER }, 'n'],
    ['a map', { m: MAP }, 'm'],
    ['a list', { l: listOf(GIVEN) }, 'l, l[]'],
    ['one of a group', { g: group({ a: GIVEN }) }, 'g.a'],
    ['one of an option', { u: { oneOf: [option('none'), option('one', { a: GIVEN })] } }, 'u.type, u.a'],
  ])('where it is %s', (_, properties, name) => {
    expect(() => derive({ ...used, ...properties }, objects)).toThrow(`values that reach no object: ${name}`);
  });

  test('together with all the others', () => {
    expect(() => derive({ ...used, a: TEXT, n: NUMBER }, objects)).toThrow(/: a, n$/);
  });

  test('but for what is known to be used elsewhere', () => {
    expect(() => derive({ ...used, a: TEXT, g: group({ b: TEXT }) }, objects, ['a', 'g'])).not.toThrow();
  });

  test.each([
    ['a flag', { f: FLAG }, 'f'],
    ['an enum', { e: choiceOf('one', 'two') }, 'e'],
    ['a list of options', { l: listOf({ enum: ['a', 'b'] }) }, 'l'],
    ['an option without fields', { u: { oneOf: [option('one'), option('two')] } }, 'u'],
  ])('where it is %s', (_, properties, name) => {
    expect(() => derive({ ...used, ...properties }, objects)).toThrow(`values that reach no object: ${name}`);
  });

  test('where it is a field of the items of a list', () => {
    const items = { l: listOf(group({ n: GIVEN, m: GIVEN })) };
    const names = ({ l }: { l: readonly { n: string }[] }) => [thing({ x: l.map(({ n }) => ({ n })) })];
    expect(() => derive(items, names)).toThrow('values that reach no object: l[].m');
  });
});

describe('what cannot be expressed is refused', () => {
  test('where some items of a list are left out, so that nothing says when it is empty', () => {
    type Items = { readonly l: readonly { readonly n: string; readonly f: boolean }[] };
    const some = ({ l }: Items) => [thing({ x: l.filter(({ f }) => f).map(({ n }) => n) })];
    expect(() => derive({ l: listOf(group({ n: GIVEN, f: FLAG })) }, some)).toThrow(/some elements of l/);
  });

  test('where a map becomes a list, by the place of its name', () => {
    const entries = ({ m }: { m: object }) => [thing({ x: Object.entries(m).map(([name]) => ({ name })) })];
    expect(() => derive({ m: MAP }, entries)).toThrow(/cannot express Thing\/a\/x\/0\/name/);
  });

  test('where a JSON document stands below a name that is a value', () => {
    const named = ({ a }: { a: string }) => [configMap({ [a]: json({ a }) })];
    expect(() => derive({ a: GIVEN }, named)).toThrow(/a JSON document below a name of its own/);
  });

  test('where a JSON document stands in an object of a list', () => {
    const each = ({ l }: { l: string[] }) => l.map((name) => configMap({ 'a.json': json({ name }) }, name));
    expect(() => derive({ l: listOf(GIVEN) }, each)).toThrow(/a JSON document below a name of its own: a\.json/);
  });

  test.each<[string, (a: string) => Thing]>([
    ['none', (a) => ({ metadata: { name: 'a' }, a }) as unknown as Thing],
    ['one that is a value', (a) => ({ ...thing({}), kind: a })],
  ])('where an object has as its kind %s', (_, object) => {
    expect(() => derive({ a: GIVEN }, ({ a }: { a: string }) => [object(a)])).toThrow(/an object without a kind/);
  });
});
