import { describe, expect, test } from '@jest/globals';
import { formatTable } from '../../src/cli/terminal/table.js';
import { cutTo, padded, widthOf } from '../../src/cli/terminal/width.js';

test.each([
  ['plain', 5],
  ['日本', 4],
  ['🚀', 2],
  ['e\u0301', 1],
  ['👩‍👩‍👧', 2],
  ['', 0],
])('%j takes %i columns', (text, columns) => expect(widthOf(text)).toBe(columns));

describe('a table', () => {
  test('has its columns below each other, whatever is in the cells', () => {
    const lines = formatTable([
      ['BRANCH', 'STATE'],
      ['功能-登录', 'running'],
      ['🚀', 'waiting'],
    ]).split('\n');
    const places = lines.map((line) => widthOf(line.slice(0, line.search(/STATE|running|waiting/))));
    expect(places).toEqual([12, 12, 12]);
  });
});

describe('a text that is cut', () => {
  test('fits, and says that there was more', () => {
    expect(cutTo('日本語テキスト', 7)).toBe('日本語…');
    expect(cutTo('short', 10)).toBe('short');
  });
  test('is never cut within a character', () => {
    for (let columns = 1; columns < 8; columns++) {
      expect(widthOf(cutTo('a👩‍👩‍👧日b', columns))).toBeLessThanOrEqual(Math.max(2, columns));
    }
  });
  test('is not measured beyond what is shown: a line of a repository may have any length', () => {
    const long = '日本語テキスト👩‍👩‍👧'.repeat(40_000);
    const started = process.cpuUsage();
    expect(widthOf(cutTo(long, 80))).toBeLessThanOrEqual(80);
    const { user } = process.cpuUsage(started);
    // To measure all of it takes minutes.
    expect(user).toBeLessThan(5_000_000);
  });
  test('is padded by columns, not by characters', () => expect(padded('日本', 6)).toBe('日本  '));
});
