import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BRANCH } from '../support/world.js';
import { MINUTES, type RunnerNamespace, startNamespace } from './namespace.js';

const rules = [
  { match: 'task SLOW', steps: [{ tool: 'bash', arguments: { command: 'sleep 60', description: 'waits' } }] },
];

let namespace: RunnerNamespace;
beforeAll(async () => {
  namespace = await startNamespace('agent-runner-test-proxy', rules);
}, MINUTES);
afterAll(() => namespace?.close());

/** Processes whose command line holds the text. */
function processes(text: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').includes(text);
    } catch {
      return false;
    }
  });
}

const proxies = () => processes('proxy --unix-socket=').length;

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition() && tries < 200; tries++) await new Promise((resolve) => setTimeout(resolve, 50));
}

test(
  'kubectl proxy does not outlive the command, even when that is killed',
  async () => {
    const before = proxies();
    const bin = fileURLToPath(new URL('../../bin/spawn-task.cjs', import.meta.url));
    const args = [
      'SLOW',
      BRANCH,
      namespace.url,
      '--prompt',
      'Do what task SLOW says.',
      '-n',
      namespace.name,
      '--follow',
    ];
    const child = spawn(process.execPath, [join(bin), ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    expect(proxies()).toBeGreaterThan(before);
    child.kill('SIGKILL');
    await until(() => proxies() === before);
    expect(proxies()).toBe(before);
  },
  MINUTES,
);

test(
  'Ctrl-C leaves the run alone and says how to see it again',
  async () => {
    const bin = fileURLToPath(new URL('../../bin/tail-logs.cjs', import.meta.url));
    const before = proxies();
    const child = spawn(process.execPath, [bin, 'SLOW', '-n', namespace.name], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(130);
    expect(said).toMatch(/detached; what runs goes on\. To see it again: tail-logs SLOW -n agent-runner-test-proxy/);
    await until(() => proxies() === before);
    expect(proxies()).toBe(before);
    expect(namespace.get('pods').items[0].status.phase).toBe('Running');
  },
  MINUTES,
);
