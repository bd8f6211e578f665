import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { runCommand } from '../../src/agent/command.js';

const score = 'cat > /dev/null; cat /proc/self/oom_score_adj';
const options = { cwd: tmpdir(), env: { PATH: process.env.PATH ?? '' } };
const own = readFileSync('/proc/self/oom_score_adj', 'utf8');

describe('when memory runs out', () => {
  test('the kernel ends an expendable program and what it starts before ours', async () => {
    const { stdout } = await runCommand('sh', ['-c', `sh -c '${score}'`], { ...options, expendable: true });
    expect(stdout).toBe('1000\n');
  });
  test('any other program is as likely as ours', async () => {
    expect((await runCommand('sh', ['-c', score], options)).stdout).toBe(own);
    expect(readFileSync('/proc/self/oom_score_adj', 'utf8')).toBe(own);
  });
});
