import { describe, expect, test } from '@jest/globals';
import { failureOf, isEnded } from '../../../src/runner/opencode/verdict.js';

const done = { role: 'assistant', finish: 'stop', time: { completed: 1 } };
const text = { type: 'text', text: 'Done.' };

describe('the verdict on a run', () => {
  test('is good when its last message stopped and says something', () => {
    expect(failureOf({ info: done, parts: [text] })).toBeUndefined();
  });
  test('is good although a call before was refused or failed', () => {
    const failed = { type: 'tool', tool: 'bash', state: { status: 'error', error: 'no such tool' } };
    expect(failureOf({ info: done, parts: [failed, text] })).toBeUndefined();
  });
  test.each([
    [
      'it has an error',
      { info: { ...done, error: { name: 'APIError', data: { message: 'no', statusCode: 401 } } } },
      'APIError: no (HTTP 401)',
    ],
    [
      'a tool was refused',
      {
        info: { ...done, finish: 'tool-calls' },
        parts: [
          { type: 'tool', tool: 'bash', state: { status: 'error', error: 'The user rejected permission to use' } },
        ],
      },
      'a tool was refused: bash: The user rejected permission to use',
    ],
    ['it ended in the middle', { info: { ...done, finish: 'length' } }, 'last step: length'],
    ['it never ended', { info: { role: 'assistant' } }, 'last step: none'],
    ['it has no words', { info: done, parts: [] }, "the model's last answer was empty"],
    [
      'its words are blanks',
      { info: done, parts: [{ type: 'text', text: ' \n' }] },
      "the model's last answer was empty",
    ],
  ])('is bad when %s', (_, message, words) => expect(failureOf(message)).toContain(words));
});

test.each([
  [{ info: done }, true],
  [{ info: { role: 'assistant', error: {} } }, true],
  [{ info: { role: 'assistant' } }, false],
  [{ info: { role: 'user', time: { completed: 1 } } }, false],
  [{}, false],
])('nothing more is said in %j: %s', (message, ended) => expect(isEnded(message)).toBe(ended));
