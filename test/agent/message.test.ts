import { expect, test } from '@jest/globals';
import { messageOf, type Work } from '../../src/agent/message.js';
import type { RunInput } from '../../src/run/input.js';

const input = { taskId: 'T001', runName: 'agent-t001-0123456789-1' } as RunInput;
const work: Work = {
  outcome: 'delivered',
  title: 'Do it',
  summary: 'Done.',
  author: { name: 'a', email: 'a@b' },
  redact: (text) => text,
  secrets: () => [],
  allowance: { paths: [], byTask: true },
};

test('a commit’s message is its subject, what the agent says, its commits and the trailers', () => {
  expect(messageOf(input, work, ['One', 'Two'])).toBe(
    [
      '[T001] Do it',
      'Done.',
      'The agent committed:\n- One\n- Two',
      'Agent-Run: agent-t001-0123456789-1\nAgent-Outcome: delivered',
    ].join('\n\n'),
  );
});

test('a NUL is not in it: git would refuse the message, and the work would be lost', () => {
  expect(messageOf(input, { ...work, summary: 'a\0b' }, ['c\0d'])).not.toContain('\0');
});
