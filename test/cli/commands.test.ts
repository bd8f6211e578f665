import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { renderSettings } from '../fixtures/rendered.js';
import { spawnTaskIn } from './terminal.js';

const folder = mkdtempSync(join(tmpdir(), 'agent-runner-commands-'));
renderSettings(folder);
afterAll(() => rmSync(folder, { recursive: true }));

// The commands as users start them: the bundle, from a folder that is not the project's.
const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const run = (program: string, args: readonly string[]) =>
  spawnSync(program, args, { cwd: folder, encoding: 'utf8', env: { PATH: process.env.PATH } });
const ARGS = ['T001', '001-login', 'https://github.com/owner/name', '--dry-run'];
const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8'));

test('the bundle renders the same pod as the source', async () => {
  expect(run(at('bin/spawn-task.cjs'), ARGS).stdout.trimEnd()).toBe((await spawnTaskIn(folder, ARGS)).out);
});
test.each(['bin/spawn-task.cjs', 'bin/tail-logs.cjs', 'bin/agent-runner.cjs'])('%s knows its version', (bin) => {
  expect(run(at(bin), ['--version']).stdout.trim()).toBe(version);
});
test.each(['bin/tail-logs.cjs', 'bin/agent-runner.cjs'])('%s shows its help', (bin) => {
  expect(run(at(bin), ['--help']).stdout).toContain('Usage:');
});
test('agent-runner spawn-task is spawn-task', () => {
  const { stdout } = run(at('bin/agent-runner.cjs'), ['spawn-task', ...ARGS]);
  expect(stdout).toBe(run(at('bin/spawn-task.cjs'), ARGS).stdout);
});
test.each(['frobnicate', 'constructor', '__proto__'])(
  'agent-runner refuses the command %s, which it does not know',
  (word) => {
    const { status, stderr } = run(at('bin/agent-runner.cjs'), [word]);
    expect(status).toBe(2);
    expect(stderr).toContain(`command "${word}" is unknown`);
    expect(run(at('bin/agent-runner.cjs'), ['help', word]).status).toBe(2);
  },
);
test('scripts/spawn-pod.sh and scripts/tail-logs.sh take the original arguments', () => {
  expect(run(at('scripts/spawn-pod.sh'), ARGS).stdout).toBe(run(at('bin/spawn-task.cjs'), ARGS).stdout);
  expect(run(at('scripts/tail-logs.sh'), ['--help']).stdout).toContain('tail-logs [pod|task|feature ...]');
});
test('the scripts work through a link, as a project has them', () => {
  symlinkSync(at('scripts/spawn-pod.sh'), join(folder, 'spawn-pod.sh'));
  expect(run(join(folder, 'spawn-pod.sh'), ARGS).stdout).toBe(run(at('bin/spawn-task.cjs'), ARGS).stdout);
});
test('without a kubeconfig the message says which one was looked for', () => {
  const { status, stderr } = run(at('bin/spawn-task.cjs'), [...ARGS.slice(0, 3), '--kubeconfig', '/nowhere/config']);
  expect(status).toBe(3);
  expect(stderr).toContain('--kubeconfig is /nowhere/config, which does not exist');
});
test.each([
  ['--tail', 'many', 'is not a number of lines'],
  ['--since', '5 minutes', 'is not a time of at most 3650d, like 90s'],
  ['--grep', '(', 'is not a regular expression'],
])('tail-logs %s %s says what is wrong', (flag, value, message) => {
  const { status, stderr } = run(at('bin/tail-logs.cjs'), ['T001', flag, value]);
  expect(status).toBe(2);
  expect(stderr).toContain(message);
});
test('a reader that stops reading is no error', () => {
  const { status, stderr } = run('sh', ['-c', `'${at('bin/spawn-task.cjs')}' ${ARGS.join(' ')} | head -1`]);
  expect([status, stderr]).toEqual([0, '']);
});
