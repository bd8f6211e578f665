import { describe, expect, test } from '@jest/globals';
import { failureOf, noProgress, type Progress, takeEvent } from '../../src/agent/events.js';

const after = (...events: unknown[]): Progress => {
  const progress = noProgress();
  for (const event of events) takeEvent(progress, event, '/work');
  return progress;
};
const lines = (event: unknown) => takeEvent(noProgress(), event, '/work');
const finish = (reason: string) => ({ type: 'step_finish', part: { reason, tokens: { total: 5 }, cost: 0.5 } });
const tool = (state: object, name = 'bash') => ({ type: 'tool_use', part: { tool: name, state } });

const ended = (code: number | null, signal: NodeJS.Signals | null = null) => ({
  code,
  signal,
  stderr: 'more\nit broke\n',
});

describe('the verdict on a run', () => {
  test('is good when the last step stopped and nothing was refused', () => {
    expect(failureOf(after(finish('tool-calls'), finish('stop')), ended(0))).toBeUndefined();
  });
  test.each([
    [
      'an error was reported',
      after({ type: 'error', error: { name: 'APIError', data: { message: 'no', statusCode: 401 } } }),
      ended(0),
      'APIError: no (HTTP 401)',
    ],
    [
      'a tool was refused, though the exit code is 0',
      after(tool({ status: 'error', error: 'The user rejected permission' }), finish('tool-calls')),
      ended(0),
      'a tool was refused: bash',
    ],
    ['it ended in the middle of its work', after(finish('tool-calls')), ended(0), 'last step: tool-calls'],
    ['it did nothing at all', after(), ended(0), 'last step: none'],
    ['the exit code is not 0', after(finish('stop')), ended(1), 'code 1: it broke'],
    ['a signal ended it', after(finish('stop')), ended(null, 'SIGTERM'), 'SIGTERM: it broke'],
    ['it was killed', after(finish('stop')), ended(null, 'SIGKILL'), 'for want of memory'],
  ])('is bad when %s', (_, progress, end, text) => {
    expect(failureOf(progress, end)).toContain(text);
  });
});

describe('calls without progress', () => {
  const call = (output: string) => tool({ status: 'completed', input: { command: 'date' }, output });
  test('are counted while call and outcome are the same', () => {
    expect(after(call('1'), call('1'), call('1')).repeats).toBe(3);
  });
  test('are none when the outcome is another one', () => {
    expect(after(call('1'), call('1'), call('2')).repeats).toBe(1);
  });
});

describe('what a person reads', () => {
  test('is which tool worked on which file, relative to the worktree', () => {
    expect(lines(tool({ status: 'completed', input: { filePath: '/work/src/a.ts' } }, 'write'))).toEqual([
      '[write] src/a.ts',
    ]);
  });
  test('is a command and how it ended', () => {
    const state = { status: 'completed', input: { command: 'npm test' }, metadata: { exit: 3 } };
    expect(lines(tool(state))).toEqual(['[bash] npm test -> exit code 3']);
  });
  test('is what the agent said, line by line', () => {
    expect(lines({ type: 'text', part: { text: 'One.\nTwo.\n' } })).toEqual(['One.', 'Two.']);
  });
  test('sums up tokens and cost', () => {
    expect(after(finish('tool-calls'), finish('stop'))).toMatchObject({ tokens: 10, cost: 1 });
  });
  test.each([
    null,
    5,
    'text',
    [],
    {},
    { type: 'text', part: { text: 5 } },
    { type: 'step_finish', part: { tokens: 'many', cost: 'much' } },
    { type: 'tool_use' },
    { type: 'error', error: null },
  ])('survives the event %j', (event) => expect(() => lines(event)).not.toThrow());
});

test('what is no id and no number is none: the agent can write into the stream, and the result has to be readable', () => {
  const odd = {
    type: 'step_finish',
    sessionID: {},
    part: { tokens: { total: Number.POSITIVE_INFINITY }, cost: 'much' },
  };
  expect(after(odd)).toMatchObject({ tokens: 0, cost: 0 });
  expect(after(odd).session).toBeUndefined();
  expect(after({ sessionID: 'x'.repeat(5000) }).session).toHaveLength(200);
});
