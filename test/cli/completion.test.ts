import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { agentRunner } from '../../src/cli/agent-runner.js';
import { COMMANDS } from '../../src/cli/commands.js';
import { completion } from '../../src/cli/completion.js';
import { runIn } from './terminal.js';

const around = { cwd: tmpdir() };
const script = async (shell: string) => (await runIn(completion, [shell], around)).out;
const has = (program: string) => spawnSync(program, ['--version']).status === 0;

/** What bash offers for the last of these words. */
async function offered(...words: string[]): Promise<string[]> {
  const line = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _agent_runner`;
  const program = `${await script('bash')}\n${line}; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', program], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
}

describe('bash completes', () => {
  test('commands', async () => {
    expect(await offered('agent-runner', 'p')).toEqual(['plan', 'ps', 'prune']);
  });
  test('the flags of a command, and of its other name', async () => {
    expect(await offered('agent-runner', 'prune', '--d')).toEqual(['--discard-unpushed', '--dry-run']);
    expect(await offered('agent-runner', 'spawn', '--fo')).toEqual(['--follow']);
  });
  test('what a flag may be', async () => {
    expect(await offered('agent-runner', 'ps', '-o', '')).toEqual(['wide', 'json', 'yaml', 'name']);
    expect(await offered('agent-runner', 'wait', '--for', 'd')).toEqual(['delivered']);
    expect(await offered('agent-runner', 'spawn', '-o', '')).toEqual(['yaml', 'json']);
    expect(await offered('agent-runner', 'spawn-task', '--log-format', 't')).toEqual(['text']);
    for (const command of ['plan', 'implement'])
      expect(await offered('agent-runner', command, '--default-mode', '')).toEqual(['sync', 'async', 'heuristic']);
    expect(await offered('agent-runner', 'completion', 'z')).toEqual(['zsh']);
  });
  test('what a flag may be behind an equals sign, which bash takes for a word', async () => {
    expect(await offered('agent-runner', 'plan', '--default-mode', '=', 'a')).toEqual(['async']);
    expect(await offered('agent-runner', 'implement', '--dry-run', '=')).toEqual(['client', 'server', 'none']);
    expect(await offered('agent-runner', 'implement', '--dry-run', 'c')).toEqual([]);
  });
});

test.each(['bash', 'zsh', 'fish'])('%s takes its script', async (shell) => {
  const text = await script(shell);
  for (const { name } of COMMANDS) expect(text).toContain(name);
  if (!has(shell)) return;
  expect(spawnSync(shell, ['-n'], { input: text, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
});

test.each(COMMANDS.map((command) => [command.name, command] as const))(
  '%s is a command whose help names each of its own flags',
  async (name, command) => {
    const { code, out } = await runIn(agentRunner, [name, '--help'], around);
    expect(code).toBe(0);
    const common = ['env', 'namespace', 'context', 'kubeconfig', 'help', 'version'];
    const own = Object.keys(await command.options()).filter((flag) => !common.includes(flag));
    expect(own.filter((flag) => !out.includes(`--${flag}`))).toEqual([]);
  },
);

test.each([[[]], [['tcsh']], [['bash', 'zsh']], [['constructor']]])('completion refuses %j', async (args) => {
  const { code, err } = await runIn(completion, args, around);
  expect([code, err]).toEqual([2, expect.stringContaining('give one shell: agent-runner completion bash|zsh|fish')]);
});
