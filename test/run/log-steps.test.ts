import { describe, expect, test } from '@jest/globals';
import { readTimedLog } from '../../src/run/log-steps.js';

const at = (second: string, text: string) => `2026-01-01T00:00:${second}.000000001Z ${text}\n`;
const END = Date.parse('2026-01-01T00:00:59Z');

describe('the time of each step', () => {
  test('is from its first line to that of the next one, over all its turns, in the text format', () => {
    const log =
      at('01', 'clone    | a') + at('03', 'clone    | b') + at('05', 'save     | c') + at('06', 'clone    | d');
    expect(readTimedLog(log, END, 10).steps).toEqual([
      { step: 'clone', milliseconds: 4000 + 53_000 },
      { step: 'save', milliseconds: 1000 },
    ]);
  });
  test('is read from the JSON format, and lines of no step belong to the one before', () => {
    const log =
      at('01', '{"step":"clone","message":"x"}') + at('04', 'words') + at('05', '{"step":"push"}') + at('06', '{');
    expect(readTimedLog(log, END, 10).steps).toEqual([
      { step: 'clone', milliseconds: 4000 },
      { step: 'push', milliseconds: 54_000 },
    ]);
  });
  test('is nothing of an empty log', () => {
    expect(readTimedLog('', END, 10)).toEqual({ steps: [], last: [] });
  });
});

test('the last lines are neither the result nor the work that is kept in the log', () => {
  const log =
    at('01', 'a') + at('02', 'save     | b') + at('03', 'bundle   | 1 QUJD') + at('04', '{"outcome":"stalled"}');
  expect(readTimedLog(log, END, 2).last).toEqual(['a', 'save     | b']);
  expect(readTimedLog(log, END, 1).last).toEqual(['save     | b']);
});
