import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { runCommand } from '../../src/agent/command.js';

const score = 'cat > /dev/null; cat /proc/self/oom_score_adj';
const options = { cwd: tmpdir(), env: { PATH: process.env.PATH ?? '' } };
const own = readFileSync('/proc/self/oom_score_adj', 'utf8');

test('an expendable program gets its arguments and its input as they are, and ends as itself', async () => {
  const script = 'printf "%s|" "$@"; cat; exit 7';
  const args = ['-c', script, 'sh', '$HOME', "it's", '', 'two  words'];
  const { code, stdout } = await runCommand('sh', args, { ...options, input: 'in\n', expendable: true });
  expect([code, stdout]).toEqual([7, "$HOME|it's||two  words|in\n"]);
});

describe('when memory runs out', () => {
  test('the kernel ends an expendable program and what it starts before ours', async () => {
    const { stdout } = await runCommand('sh', ['-c', `sh -c '${score}'`], { ...options, expendable: true });
    expect(stdout).toBe('1000\n');
  });
  test('any other program is as likely as ours', async () => {
    expect((await runCommand('sh', ['-c', score], options)).stdout).toBe(own);
  });
});
