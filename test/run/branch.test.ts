import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { checkBranch } from '../../src/run/branch.js';
import { quoted } from '../../src/run/controls.js';
import { problemsOf, randomTexts } from './fixtures.js';

const accepts = (branch: string) => problemsOf(() => checkBranch(branch)).length === 0;
// Outside of a repository, where @{-1} is no branch that was checked out before.
const gitAccepts = (branch: string) =>
  spawnSync('git', ['check-ref-format', '--branch', branch], { cwd: tmpdir() }).status === 0;

test.each([
  ['', 'must not be empty'],
  ['a b', 'must not contain spaces or control characters'],
  ['a\tb', 'must not contain spaces or control characters'],
  ...['\x7f', '\x9b', '\u2028', '\u202e', '\u2066', '\u200f', '\u061c'].map(
    (sign) => [`a${sign}b`, 'must not contain spaces or control characters'] as const,
  ),
  ...[...'~^:?*[\\'].map((character) => [`a${character}b`, 'must not contain any of ~ ^ : ? * [ \\'] as const),
  ['a..b', 'must not contain ".."'],
  ['a@{1}', 'must not contain "@{"'],
  ['@', 'must not be "@" or "HEAD"'],
  ['HEAD', 'must not be "@" or "HEAD"'],
  ['-x', 'must not start with "-"'],
  ['/a', 'must not begin or end with "/" or contain "//"'],
  ['a/', 'must not begin or end with "/" or contain "//"'],
  ['a//b', 'must not begin or end with "/" or contain "//"'],
  ['a.', 'must not end with "."'],
  ['.a', 'must not have a part that starts with "." or ends with ".lock"'],
  ['a/.b', 'must not have a part that starts with "." or ends with ".lock"'],
  ['x.lock', 'must not have a part that starts with "." or ends with ".lock"'],
  ['x.lock/y', 'must not have a part that starts with "." or ends with ".lock"'],
  ['refs/heads/x', 'must not start with "refs/": give only the branch name'],
  [`${'é'.repeat(100)}x`, 'must not be longer than 200 bytes'],
])('refuses %j: it %s', (branch, rule) => {
  expect(problemsOf(() => checkBranch(branch))).toEqual([`branch ${quoted(branch)} ${rule}`]);
});

test('names every rule that is broken, and the field', () => {
  expect(problemsOf(() => checkBranch('-a b..c', '--base'))).toEqual([
    '--base "-a b..c" must not contain spaces or control characters',
    '--base "-a b..c" must not contain ".."',
    '--base "-a b..c" must not start with "-"',
  ]);
});

describe('beside git check-ref-format', () => {
  test.each([
    ...['main', 'specs/001-login/T001-async', 'a/-b', 'a@b', 'a{b', '@a', 'x.LOCK', 'a.lockx', 'HEAD/x', 'head'],
    ...['ü/日本', '$(id)', 'a;b', "a'b", 'a"b', '{', ']', 'a/refs/b', 'é'.repeat(100), 'a\u00a0b'],
  ])('takes %s, as git does', (branch) => {
    expect(checkBranch(branch)).toBe(branch);
    expect(gitAccepts(branch)).toBe(true);
  });

  test.each([
    ...[
      '',
      'a b',
      'a\tb',
      'a\x7f',
      'a~',
      'a^',
      'a:',
      'a?',
      'a*',
      'a[',
      'a\\',
      'a..b',
      'a@{b',
      '@{-1}',
      'HEAD',
      '-x',
      '-',
    ],
    ...['/a', 'a/', 'a//b', 'a.', '.a', 'a/.b', 'x.lock', 'x.lock/y', '.', '/'],
  ])('refuses %j, as git does', (branch) => {
    expect(accepts(branch)).toBe(false);
    expect(gitAccepts(branch)).toBe(false);
  });

  test('takes nothing that git refuses', () => {
    const names = randomTexts(2, 300, 5, [...'abcdefghij//..-@{~^:?*[\\ "$]', '..', '.lock', 'HEAD', '\x01', 'é']);
    const taken = names.filter(accepts);
    expect(taken.length).toBeGreaterThan(30);
    expect(taken.filter((name) => !gitAccepts(name))).toEqual([]);
  });
});
