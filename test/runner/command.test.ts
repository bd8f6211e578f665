import { tmpdir } from 'node:os';
import { expect, test } from '@jest/globals';
import { runCommand } from '../../src/runner/process/command.js';

const options = { cwd: tmpdir(), env: { PATH: process.env.PATH ?? '' } };

test('a program gets its arguments and its input as they are, and ends as itself', async () => {
  const script = 'printf "%s|" "$@"; cat; exit 7';
  const args = ['-c', script, 'sh', '$HOME', "it's", '', 'two  words'];
  const { code, stdout } = await runCommand('sh', args, { ...options, input: 'in\n' });
  expect([code, stdout]).toEqual([7, "$HOME|it's||two  words|in\n"]);
});
