import { expect, test } from '@jest/globals';
import { commandLine, givenAgain } from '../../src/cli/line/command-line.js';

test('a command to copy has each word as a shell takes it', () => {
  expect(commandLine('agent-runner', 'ps', '-n', 'n', '--kubeconfig=/a b/c', "it's", '{branch}', '')).toBe(
    "agent-runner ps -n n '--kubeconfig=/a b/c' 'it'\\''s' '{branch}' ''",
  );
});

test('flags are given again as they were, in the order asked for', () => {
  const flags = { json: true, watch: false, branch: 'b', repo: undefined, grep: '-x', context: 'c' };
  expect(givenAgain(flags, ['branch', 'repo', 'json', 'watch', 'grep'])).toEqual([
    '--branch',
    'b',
    '--json',
    '--grep=-x',
  ]);
});
