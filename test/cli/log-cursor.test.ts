import { describe, expect, test } from '@jest/globals';
import { formatCursor, type LogPlace, parseCursor } from '../../src/cli/logs/log-cursor.js';

const TIME = '2026-01-01T12:00:06.1Z';
const word = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a cursor', () => {
  test('is a word that stands for how far each log was read', () => {
    const places: [string, LogPlace][] = [
      ['a', { time: TIME, count: 2 }],
      ['b', { time: TIME, count: 1, late: [['2026-01-01T12:00:05.5Z', 3]] }],
      ['c', 'unread'],
      ['d', 'gone'],
      ['e', 'delivered'],
    ];
    expect([...parseCursor(formatCursor(new Map(places)))]).toEqual(places);
  });
  test.each([
    ['no JSON', 'what'],
    ['no list', word({})],
    ['no time', word([['a', 'soon', 1]])],
    ['no count', word([['a', TIME, '1']])],
    ['something else behind the count', word([['a', TIME, 1, 'late']])],
    ['a late line without a count', word([['a', TIME, 1, [TIME]]])],
  ])('is none with %s', (_, text) => {
    expect(() => parseCursor(text)).toThrow('is not a cursor that this command has printed');
  });
});
