import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { agentRunner } from '../../src/cli/agent-runner.js';
import { completion } from '../../src/cli/commands/completion.js';
import { COMMANDS } from '../../src/cli/commands.js';
import { optionsOf } from '../../src/cli/line/command.js';
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
    expect(await offered('agent-runner', 'ps', '-o', '')).toEqual(['table', 'wide', 'json', 'yaml', 'name']);
    expect(await offered('agent-runner', 'wait', '--for', 'd')).toEqual(['delivered']);
    expect(await offered('agent-runner', 'spawn', '-o', '')).toEqual(['yaml', 'json']);
    expect(await offered('agent-runner', 'spawn-task', '--log-format', 't')).toEqual(['text']);
    for (const command of ['plan', 'implement'])
      expect(await offered('agent-runner', command, '--default-mode', '')).toEqual(['sync', 'async', 'heuristic']);
    expect(await offered('agent-runner', 'completion', 'z')).toEqual(['zsh']);
  });
  test('the two commands that are programs, wherever they lie', async () => {
    expect(await offered('spawn-task', '--fo')).toEqual(['--follow']);
    expect(await offered('/usr/local/bin/tail-logs', '--gr')).toEqual(['--grep']);
    expect(await offered('spawn-task', '-o', '')).toEqual(['yaml', 'json']);
  });
  test('the command that help is asked for', async () => {
    expect(await offered('agent-runner', 'he')).toEqual(['help']);
    expect(await offered('agent-runner', 'help', 'pr')).toEqual(['prune']);
  });
  test('what a flag may be behind an equals sign, which bash takes for a word', async () => {
    expect(await offered('agent-runner', 'plan', '--default-mode', '=', 'a')).toEqual(['async']);
    expect(await offered('agent-runner', 'implement', '--dry-run', '=')).toEqual(['client', 'server', 'none']);
    expect(await offered('agent-runner', 'implement', '--dry-run', 'c')).toEqual([]);
  });
});

/** The script of a shell in a file that is removed afterwards. */
async function withScript<T>(shell: string, use: (file: string) => T): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'agent-runner-completion-'));
  try {
    const file = join(folder, 'script');
    writeFileSync(file, await script(shell));
    return use(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function inBash(line: string): Promise<string> {
  return (await offered(...line.split(' '))).join(' ');
}

const inFish = (line: string) =>
  withScript('fish', (file) => {
    const { stdout } = spawnSync('fish', ['--no-config', '-c', `source ${file}; complete -C '${line}'`], {
      encoding: 'utf8',
    });
    return stdout
      .split('\n')
      .flatMap((one) => one.split('\t')[0] || [])
      .join(' ');
  });

/** In an interactive zsh on its own terminal: types the line and Tab, and returns the word once it is there. */
const inZsh = (line: string, word: string) =>
  withScript('zsh', (file) => {
    const program = `
      zmodload zsh/zpty && zpty shell zsh -f -i
      zpty -w shell "PS1='> '; autoload -Uz compinit && compinit -u -D && source ${file} && print -r -- rea''dy"
      zpty -r shell out '*ready*'
      zpty -w -n shell '${line}'$'\\t'
      zpty -r shell all '*${word}*' && print -r -- '${word}'`;
    return spawnSync('zsh', ['-f', '-c', program], { encoding: 'utf8', timeout: 60_000 }).stdout.trim();
  });

describe.each(['bash', 'zsh', 'fish'])('%s', (shell) => {
  test('has a script with every command', async () => {
    const text = await script(shell);
    for (const name of Object.keys(COMMANDS)) expect(text).toContain(name);
  });
  const isThere = has(shell);
  if (!isThere) console.warn(`That ${shell} takes its script is skipped: ${shell} is not installed`);
  (isThere ? test : test.skip)('takes its script', () =>
    withScript(shell, (file) => {
      expect(spawnSync(shell, ['-n', file], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    }),
  );
  const completed = shell === 'fish' ? inFish : shell === 'zsh' ? inZsh : inBash;
  (isThere ? test : test.skip).each([
    ['agent-runner pru', 'prune'],
    ['agent-runner prune --dis', '--discard-unpushed'],
    ['agent-runner help desc', 'describe'],
    ['agent-runner wait --for deliv', 'delivered'],
    ['spawn-task --fol', '--follow'],
    ['tail-logs --gr', '--grep'],
  ])('completes the line %j with %s', async (line, word) => {
    expect(await completed(line, word)).toBe(word);
  });
});

test.each(Object.entries(COMMANDS))(
  '%s is declared whole: its help names each option, and says when it exits how',
  async (name, load) => {
    const { spec } = await load();
    const { code, out } = await runIn(agentRunner, [name, '--help'], around);
    expect(code).toBe(0);
    expect(spec.name).toBe(name);
    const options = Object.entries(optionsOf(spec));
    for (const [flag, { short, description }] of options) {
      expect(out).toContain(`  ${short ? `-${short}, ` : ''}--${flag}`);
      expect(description).not.toBe('');
    }
    for (const part of ['Usage:', 'Examples:', 'Exit codes: 0']) if (name !== 'tail-logs') expect(out).toContain(part);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
    expect((await runIn(agentRunner, ['help', name], around)).out).toBe(out);
  },
);

test.each([[[]], [['tcsh']], [['bash', 'zsh']], [['constructor']]])('completion refuses %j', async (args) => {
  const { code, err } = await runIn(completion, args, around);
  expect([code, err]).toEqual([2, expect.stringContaining('give one shell: agent-runner completion bash|zsh|fish')]);
});
