import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { WITHOUT_KUBECTL } from '../support/without-kubectl.js';
import { BRANCH } from '../support/world.js';
import { MINUTES, type RunnerNamespace, startNamespace } from './namespace.js';

const rules = [
  { match: 'task SLOW', steps: [{ tool: 'bash', arguments: { command: 'sleep 60', description: 'waits' } }] },
];

let folder: string;
let namespace: RunnerNamespace;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-detach-'));
  namespace = await startNamespace('agent-runner-test-detach', rules);
}, MINUTES);
afterAll(async () => {
  await namespace?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The children of a process. */
const childrenOf = (pid = 0): string => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();

/** A command in a process group of its own, as a terminal starts it, with a folder of its own for temporary files. */
function start(name: string, ...args: string[]) {
  const temporary = mkdtempSync(join(folder, 'tmp-'));
  const bin = fileURLToPath(new URL(`../../bin/${name}.cjs`, import.meta.url));
  const child = spawn(process.execPath, [bin, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...WITHOUT_KUBECTL, TMPDIR: temporary },
  });
  return { child, files: () => readdirSync(temporary) };
}

test(
  'a command that follows a run has no other program and no file, so nothing is left when it is killed',
  async () => {
    const what = ['SLOW', BRANCH, namespace.url, '--prompt', 'Do what task SLOW says.'];
    const { child, files } = start('spawn-task', ...what, '-n', namespace.name, '--follow');
    await new Promise((resolve) => child.stdout.once('data', resolve));
    expect([childrenOf(child.pid), files()]).toEqual(['', []]);
    child.kill('SIGKILL');
  },
  MINUTES,
);

test(
  'Ctrl-C leaves the run alone and says how to see it again',
  async () => {
    const { child, files } = start('tail-logs', 'SLOW', '-n', namespace.name);
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    process.kill(-(child.pid ?? 0), 'SIGINT');
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(130);
    expect(said).toMatch(/detached; the runs go on\. To see them again: tail-logs SLOW -n agent-runner-test-detach/);
    expect(files()).toEqual([]);
    expect(namespace.get('pods').items[0].status.phase).toBe('Running');
  },
  MINUTES,
);
