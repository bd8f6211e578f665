import { describe } from '@jest/globals';
import {
  BOTH,
  choiceOf,
  configMap,
  each,
  FLAG,
  GIVEN,
  group,
  json,
  listOf,
  MAP,
  MAYBE,
  NUMBER,
  notYet,
  ODD,
  option,
  TEXT,
  thing,
} from './derived.js';

// The limits of the derivation: each of these gives templates that are wrong for some values, and nothing says so but the
// comparison with Helm (test/helm-equivalence.test.ts). A right template would do, or a refusal that names the place.

/** One of the options `none` and `one`. */
interface Option {
  readonly type: string;
  readonly id?: string;
}

const options = { oneOf: [option('none'), option('one', { id: GIVEN })] };
const texts = { l: listOf(GIVEN) };
const LISTS = [[], ['q'], ['q', 'r']];
const someTexts = each({ l: LISTS });
const flags = { f: FLAG, g: FLAG };
const bothFlags = each({ f: BOTH, g: BOTH });
const optionals = { a: TEXT, b: TEXT };
const bothTexts = each({ a: ['', 'q'], b: ['', 'r'] });

describe('a text or a number of which something is made', () => {
  const some = each({ a: ODD });
  notYet('its length', { a: GIVEN }, ({ a }) => [thing({ x: a, n: a.length })], some);
  notYet('in capitals', { a: GIVEN }, ({ a }) => [thing({ x: a, y: a.toUpperCase() })], some);
  notYet('compared', { a: GIVEN }, ({ a }) => [thing({ x: a, y: a === 'true' })], some);
  notYet('a sum', { n: NUMBER }, ({ n }) => [thing({ x: n, y: n + 1 })], [{ n: 0 }, { n: 7 }]);
  notYet('gone at zero', { n: NUMBER }, ({ n }) => [thing({ ...(n > 0 && { x: n }) })], [{ n: 0 }, { n: 7 }]);
  notYet('quoted by JSON.stringify', { a: GIVEN }, ({ a }) => [thing({ x: JSON.stringify({ a }) })], some);
});

describe('a map of which something is made', () => {
  const some = each({ m: [{}, { a: 'b' }] });
  const changed = (m: object, change: (entry: [string, string]) => [string, string]) =>
    Object.fromEntries(Object.entries(m).map(change));
  notYet('other values', { m: MAP }, ({ m }) => [thing({ x: changed(m, ([k, v]) => [k, `p-${v}`]) })], some);
  notYet('other names', { m: MAP }, ({ m }) => [thing({ x: changed(m, ([k, v]) => [`p-${k}`, v]) })], some);
});

describe('two values that decide together', () => {
  notYet('one or the other flag', flags, ({ f, g }) => [thing({ ...((f || g) && { x: 1 }) })], bothFlags);
  notYet('one flag without the other', flags, ({ f, g }) => [thing({ ...(f && !g && { x: 1 }) })], bothFlags);
  notYet('neither flag', flags, ({ f, g }) => [thing({ ...(!f && !g && { x: 1 }) })], bothFlags);
  notYet('one or the other text', optionals, ({ a, b }) => [thing({ ...((a || b) && { x: 1 }), a, b })], bothTexts);
  notYet(
    'a text in what is there without a flag',
    { f: FLAG, a: TEXT },
    ({ f, a }) => [thing({ ...(!f && { x: 1, ...(a && { a }) }) })],
    each({ f: BOTH, a: ['', 'q'] }),
  );
  notYet(
    'a flag in what only one option has',
    { f: FLAG, u: options },
    ({ f, u }) => [thing({ ...(u.id && { id: u.id, f }) })],
    each<{ f: boolean; u: Option }>({ f: BOTH, u: [{ type: 'none' }, { type: 'one', id: 'I' }] }),
  );
  notYet(
    'an enum in a document that only one option has',
    { e: choiceOf('one', 'two'), u: options },
    ({ e, u }) => [thing({}), ...(u.id ? [thing({ id: u.id, e }, 'b')] : [])],
    each<{ e: string; u: Option }>({ e: ['one', 'two'], u: [{ type: 'one', id: 'I' }] }),
  );
});

describe('a flag that is absent', () => {
  const all: { f?: boolean }[] = [{ f: true }, { f: false }, {}];
  notYet('as true', { f: MAYBE }, ({ f }) => [thing({ x: f ?? true })], all);
});

describe('a list of which something is made', () => {
  notYet('its first item', texts, ({ l: [first = 'none'] }) => [thing({ x: first })], someTexts);
  notYet('a list of its first item', texts, ({ l }) => [thing({ x: l.slice(0, 1) })], someTexts);
  notYet('its length', texts, ({ l }) => [thing({ l, x: l.length })], someTexts);
  notYet('a list of lists', texts, ({ l }) => [thing({ x: l.map((one) => [one]) })], someTexts);
  notYet('one item, if any', texts, ({ l }) => [thing({ x: l.length > 0 ? [{ to: l }] : [] })], someTexts);
  notYet('a text with commas', texts, ({ l }) => [thing({ x: l.join(',') })], someTexts);
  notYet('a text with a heading', texts, ({ l }) => [thing({ x: `all: ${l.join('\n')}` })], someTexts);
  notYet('a text, if any', texts, ({ l }) => [thing({ ...(l.length > 0 && { x: l.join('\n') }) })], someTexts);
  notYet(
    'a text with an enum in each line',
    { l: listOf(group({ n: GIVEN, e: choiceOf('one', 'two') })) },
    ({ l }) => [thing({ x: l.map(({ n, e }) => `${n}:${e}`).join('\n') })],
    [{ l: [] }, { l: each({ n: ['a', 'b'], e: ['one', 'two'] }) }],
  );
  notYet(
    'items of an inner list, with the name of the outer item',
    { l: listOf(group({ n: GIVEN, hosts: listOf(GIVEN) })) },
    ({ l }) => [thing({ x: l.map(({ n, hosts }) => ({ n, to: hosts.map((host) => ({ url: `${n}/${host}` })) })) })],
    [{ l: [{ n: 'a', hosts: ['x', 'y'] }] }],
  );
  notYet(
    'items without a text in the first option',
    { l: listOf(options) },
    ({ l }) => [thing({ x: l.map((one) => ({ by: one.type, ...(one.id && { id: one.id }) })) })],
    each<{ l: Option[] }>({ l: [[], [{ type: 'none' }], [{ type: 'one', id: 'I' }]] }),
  );
  const items = { l: listOf({ enum: ['a', 'b'] }) };
  const someItems = each({ l: [[], ['a'], ['b', 'a']] });
  notYet('items of options', items, ({ l }) => [thing({ x: l.map((one) => ({ one })) })], someItems);
});

describe('a text of the objects themselves', () => {
  notYet(
    'that is JSON at times',
    { f: FLAG, a: GIVEN },
    ({ f, a }) => [configMap({ 'a.json': f ? json({ a }) : 'null' })],
    each({ f: BOTH, a: ['q'] }),
  );
});
