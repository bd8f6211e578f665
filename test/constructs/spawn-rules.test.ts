import { describe, expect, test } from '@jest/globals';
import { SPAWN_RULES } from '../../src/constructs/spawn-rules.js';
import { checkBranch } from '../../src/run/branch.js';
import { checkTaskId } from '../../src/run/input.js';
import { problemsOf, randomTexts } from '../run/fixtures.js';

/** The patterns of a rule. CEL has RE2, whose patterns are JavaScript's but for how they name a code point. */
function patternsOf(rule: string): RegExp[] {
  const { holds = '' } = SPAWN_RULES.find(({ name }) => name === rule) ?? {};
  return [...holds.matchAll(/\.matches\(r'(.*?)'\)/g)].map(
    ([, pattern = '']) => new RegExp(pattern.replaceAll(/\\x\{(\w+)\}/g, '\\u{$1}'), 'u'),
  );
}
const only = (patterns: readonly RegExp[]): RegExp => {
  const [pattern, ...others] = patterns;
  if (!pattern || others.length > 0) throw new Error(`${patterns.length} patterns`);
  return pattern;
};

const CONTROLS = [
  '\0',
  '\n',
  '\x1f',
  '\x7f',
  '\x80',
  '\x9f',
  '\u061c',
  '\u200e',
  '\u2028',
  '\u2029',
  '\u202e',
  '\u2069',
];

describe('the rule branch', () => {
  const bad = only(patternsOf('branch'));
  const takes = (name: string) => Buffer.byteLength(name) <= 200 && !bad.test(name);
  const isBranch = (name: string) => problemsOf(() => checkBranch(name)).length === 0;

  test.each([
    ...[
      'main',
      '001-login-t001',
      'specs/x/T001',
      'a/-b',
      'a@b',
      'a{b',
      '@a',
      'x.LOCK',
      'a.lockx',
      'HEAD/x',
      'a/refs/b',
    ],
    ...['ü/日本', '$(id)', 'a;b', "a'b", 'a"b', '{', ']', 'é'.repeat(100), '\u{1f600}'],
  ])('takes %s', (name) => expect(takes(name)).toBe(true));
  test.each([
    ...[
      '',
      'a b',
      'a~',
      'a^',
      'a:',
      'a?',
      'a*',
      'a[',
      'a\\b',
      'a..b',
      'a@{b',
      '@',
      'HEAD',
      '-x',
      '/a',
      'a/',
      'a//b',
      'a.',
    ],
    ...[
      '.a',
      'a/.b',
      'x.lock',
      'x.lock/y',
      'refs/heads/x',
      `${'é'.repeat(100)}x`,
      ...CONTROLS.map((one) => `a${one}b`),
    ],
  ])('refuses %j', (name) => expect(takes(name)).toBe(false));
  test('takes what the commands take, and nothing else', () => {
    const signs = [...'abcd//..-@{~^:?*[\\ "$]', '..', '.lock', 'HEAD', 'refs/', 'é', ...CONTROLS];
    const names = randomTexts(4, 3000, 5, signs);
    expect(names.filter((name) => takes(name) !== isBranch(name))).toEqual([]);
    expect(names.filter(takes).length).toBeGreaterThan(100);
  });
});

describe('the rule task-id', () => {
  const good = only(patternsOf('task-id'));
  const isTask = (id: string) => problemsOf(() => checkTaskId(id)).length === 0;

  test.each(['T001', '日本', 'x'.repeat(128), '\u{1f600}'.repeat(128), 'a "b" $c'])('takes %s', (id) => {
    expect([good.test(id), isTask(id)]).toEqual([true, true]);
  });
  test.each(['', 'x'.repeat(129), ...CONTROLS.map((one) => `a${one}b`)])('refuses %j', (id) => {
    expect([good.test(id), isTask(id)]).toEqual([false, false]);
  });
});

describe('the rule name', () => {
  const [attempt, run, id] = patternsOf('name');
  test('takes whole numbers from 1 on as attempts', () => {
    const taken = ['1', '42', '999999', ...['', '0', '01', '-1', 'x', '1e3', '0x10', '1.5', '1\n', '1000000']];
    expect(taken.filter((text) => attempt?.test(text))).toEqual(['1', '42', '999999']);
  });
  test('takes hashes as runs, and their beginnings as labels', () => {
    const texts = ['a1'.repeat(32), 'a1'.repeat(5), 'A1'.repeat(32), `${'a1'.repeat(31)}g0`, `${'a1'.repeat(32)}0`];
    expect(texts.map((text) => [id?.test(text), run?.test(text)])).toEqual([
      [true, false],
      [false, true],
      [false, false],
      [false, false],
      [false, false],
    ]);
  });
});

test('no rule is long: the API server counts what each costs', () => {
  for (const { holds } of SPAWN_RULES) expect(holds.length).toBeLessThan(2000);
});
