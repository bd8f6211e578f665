import { expect, test } from '@jest/globals';
import type { RunInput } from '../../src/run/input.js';
import { messageOf, type Work } from '../../src/runner/commit/message.js';
import { Redactor } from '../../src/runner/secrets/redactor.js';

const input = { taskId: 'T001', runName: 'agent-t001-0123456789-1' } as RunInput;
const work: Work = {
  outcome: 'delivered',
  title: 'Do it',
  summary: 'Done.',
  author: { name: 'a', email: 'a@b' },
  redact: (text) => text,
  secrets: () => [],
  allowance: { paths: [], named: [], forbidden: [], byTask: true },
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

const TRAILERS = '\n\nAgent-Run: agent-t001-0123456789-1\nAgent-Outcome: delivered';
const redactor = new Redactor();
redactor.hide(['world-git-password']);
const redact = (text: string) => redactor.redact(text);

test.each([
  ['two subjects', 'Done.', ['world-git', '-password'], '[T001] Do it\n\nDone.\n\nThe agent committed:\n- ***'],
  ['the title and what the agent says', 'git-password', [], '[T001] ***'],
  ['letters with NUL between', [...'world-git-password'].join('\0'), [], '[T001] Do it\n\n***'],
  ['the beginning of a key, which takes all to the end', '-----BEGIN PRIVATE KEY-----', [], '[T001] Do it\n\n***'],
])('a credential in %s is not in it, and the trailers are', (what, summary, commits, expected) => {
  const title = what.startsWith('the title') ? 'world' : 'Do it';
  expect(messageOf(input, { ...work, title, summary, redact }, commits)).toBe(`${expected}${TRAILERS}`);
});

test.each([
  ['title', { title: `${'x'.repeat(50)}world-git-password` }, []],
  ['summary', { summary: `${'x '.repeat(1995)}world-git-password` }, []],
  ['subject of the agent', {}, [`${'x '.repeat(95)}world-git-password`]],
] as const)('a %s that is cut has no part of a credential', (_, more, commits) => {
  expect(messageOf(input, { ...work, redact, ...more }, commits)).not.toContain('world');
});

test('a NUL is not in it: git would refuse the message, and the work would be lost', () => {
  expect(messageOf(input, { ...work, summary: 'a\0b' }, ['c\0d'])).not.toContain('\0');
});
