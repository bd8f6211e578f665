import { describe, expect, test } from '@jest/globals';
import {
  checkBase,
  checkContextPath,
  checkLogFormat,
  checkPaths,
  checkPrompt,
  checkTaskId,
} from '../../src/run/input.js';
import { problemsOf } from './fixtures.js';

/** C0, DEL, C1, separators of lines, and what turns the direction of text. */
const CONTROLS = ['\x00', '\x1b', '\x7f', '\x80', '\x9b', '\u2028', '\u2029', '\u202e', '\u2066', '\u200f', '\u061c'];

describe('the checks of single fields', () => {
  test.each(['T001', '日本', 'x'.repeat(128), '\u{1f600}'.repeat(128), 'a "b" $c'])('take the task id %s', (id) => {
    expect(checkTaskId(id)).toBe(id);
  });

  test.each([
    ['', /^--task-id must not be empty/],
    [' \u00a0', /^--task-id must not be empty/],
    ['x'.repeat(129), /^--task-id is 129 characters long; at most 128 are allowed$/],
    ['a\nb', /^--task-id "a\\nb" has a control character$/],
    ...CONTROLS.map((sign) => [`a${sign}b`, /^--task-id .* has a control character$/] as const),
  ])('refuse the task id %j', (id, problem) => {
    expect(problemsOf(() => checkTaskId(id, '--task-id'))).toEqual([expect.stringMatching(problem)]);
  });

  test.each([
    ['specs/001-login', 'specs/001-login'],
    ['./specs//001-login/', 'specs/001-login'],
    ['specs/.hidden', 'specs/.hidden'],
    ['a..b', 'a..b'],
    ['.', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('take the directory %j as %j', (path, expected) => {
    expect(checkContextPath(path)).toBe(expected);
  });

  test.each([...['/specs', '/', '..', '../x', 'a/../b', 'a/..', '.git', '.git/hooks', 'a/.git/x']])(
    'refuse the directory %j',
    (path) => {
      expect(problemsOf(() => checkContextPath(path))).toEqual([
        `context-dir "${path}" is not a path inside the repository, like specs/001-login`,
      ]);
    },
  );

  test.each(['\n', ...CONTROLS])('refuse a directory with the character %j', (sign) => {
    expect(problemsOf(() => checkContextPath(`specs/a${sign}b`))).toEqual([
      expect.stringMatching(/^context-dir "specs.* has a control character$/),
    ]);
  });

  test('refuse a directory of more than 1000 bytes', () => {
    const most = 'é'.repeat(500);
    expect(checkContextPath(most)).toBe(most);
    expect(problemsOf(() => checkContextPath(`${most}x`))).toEqual([
      'context-dir is 1001 bytes long; at most 1000 are allowed',
    ]);
  });

  test('count the bytes of a prompt, not its characters', () => {
    const most = 'é'.repeat(50 * 1024);
    expect(checkPrompt(most)).toBe(most);
    expect(problemsOf(() => checkPrompt(`${most}x`))).toEqual([
      expect.stringMatching(/^prompt is 102401 bytes long; at most 102400 are allowed: commit the text/),
    ]);
  });

  test('refuse a prompt that no environment variable can hold', () => {
    expect(problemsOf(() => checkPrompt('a\0b'))).toEqual(['prompt has a NUL character']);
  });

  test.each(['v1.0', 'a'.repeat(40), 'release/1'])('take the base %s', (base) => {
    expect(checkBase(base)).toBe(base);
  });

  test.each(['text', 'json'])('take the log format %s', (format) => {
    expect(checkLogFormat(format)).toBe(format);
  });

  test('take what is not given', () => {
    expect([checkPrompt(undefined), checkBase(undefined), checkLogFormat(undefined)]).toEqual([
      ...[undefined, undefined, undefined],
    ]);
  });
});

describe('paths', () => {
  test('are given with commas between them', () => {
    expect(checkPaths('src/api/, ./docs')).toEqual(['src/api', 'docs']);
  });
  test('may be left out', () => {
    expect(checkPaths(undefined)).toBeUndefined();
  });
  test.each(['', 'src,', ','])('must not be empty: "%s"', (list) => {
    expect(problemsOf(() => checkPaths(list))).toEqual([
      `--paths "${list}" has an empty path; leave it out to have the whole repository`,
    ]);
  });
  test('have no control characters', () => {
    expect(problemsOf(() => checkPaths('src,a\u202eb'))).toEqual([expect.stringMatching(/ has a control character$/)]);
  });
  test.each(['../x', '/etc', 'src/../../x'])('must be inside the repository: %s', (path) => {
    expect(problemsOf(() => checkPaths(`src,${path}`))).toEqual([
      `--paths "${path}" is not a path inside the repository, like specs/001-login`,
    ]);
  });
});
