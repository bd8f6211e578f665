import { expect, test } from '@jest/globals';
import { alternatives, covers } from '../../src/runner/paths/globs.js';

test.each([
  ['a/b.yml', 'a/b.yml'],
  ['a', 'a/b/c'],
  ['a/', 'a/b'],
  ['a/*.yml', 'a/b.yml'],
  ['a/?.yml', 'a/b.yml'],
  ['a/**', 'a/b/c'],
  ['**/c', 'a/b/c'],
  ['**/c', 'c'],
  ['a/**/c', 'a/c'],
  ['a/**/c', 'a/b/b/c'],
  ['**/b/**/d', 'a/b/b/c/d/e'],
  ['a/{b,c}.{yml,yaml}', 'a/c.yaml'],
  ['a*c*e', 'abcde'],
  ['[id]/(tab)', '[id]/(tab)/x'],
  ['a{b', 'a{b'],
])('%s stands for %s', (glob, path) => expect(covers(glob, path)).toBe(true));

test.each([
  ['a/b', 'a'],
  ['a/b', 'a/bc'],
  ['A', 'a'],
  ['a/*', 'a'],
  ['*.yml', 'a/b.yml'],
  ['a/*/c', 'a/b/b/c'],
  ['a?c', 'a/c'],
  ['a.c', 'abc'],
  ['[ab]', 'a'],
  ['a*c*e', 'abcd'],
  ['a/{b,c}', 'a/d'],
  ['', 'a'],
  ['/a', 'a'],
  ['{a,{b,c}}', 'a'],
])('%s does not stand for %s', (glob, path) => expect(covers(glob, path)).toBe(false));

test('a brace set of more files than anybody writes stands for none', () => {
  expect(alternatives('{a,b}{c,d}')).toEqual(['ac', 'ad', 'bc', 'bd']);
  expect(alternatives('{a,b,c,d,e,f,g,h,i,j,k}'.repeat(60))).toEqual([]);
});

test('many stars are no slower than a few', () => {
  const started = Date.now();
  expect(covers(`${'a*'.repeat(100)}b`, 'a'.repeat(4000))).toBe(false);
  expect(covers(`${'**/a/'.repeat(40)}b`, 'a/'.repeat(2000))).toBe(false);
  expect(Date.now() - started).toBeLessThan(5000);
});
