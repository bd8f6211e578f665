import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BRANCH } from '../support/world.js';
import { MINUTES, type RunnerNamespace, startNamespace } from './namespace.js';

const rules = [
  { match: 'task SLOW', steps: [{ tool: 'bash', arguments: { command: 'sleep 60', description: 'waits' } }] },
];

let folder: string;
let namespace: RunnerNamespace;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-proxy-'));
  namespace = await startNamespace('agent-runner-test-proxy', rules);
}, MINUTES);
afterAll(async () => {
  await namespace?.close();
  rmSync(folder, { recursive: true, force: true });
});

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

/** A command in a process group of its own, as a terminal starts it, with a folder of its own for temporary files. */
function start(name: string, ...args: string[]) {
  const temporary = mkdtempSync(join(folder, 'tmp-'));
  const bin = fileURLToPath(new URL(`../../bin/${name}.cjs`, import.meta.url));
  const child = spawn(process.execPath, [bin, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, TMPDIR: temporary },
  });
  const proxies = () => processes(`proxy --unix-socket=${temporary}`).length;
  return {
    child,
    proxies,
    /** Neither kubectl is left, nor its socket. */
    async leavesNothing() {
      await until(() => proxies() === 0 && readdirSync(temporary).length === 0);
      expect([proxies(), readdirSync(temporary)]).toEqual([0, []]);
    },
  };
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition() && tries < 200; tries++) await new Promise((resolve) => setTimeout(resolve, 50));
}

test(
  'kubectl proxy does not outlive the command, even when that is killed',
  async () => {
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
    const { child, proxies, leavesNothing } = start('spawn-task', ...args);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    // The shell that guards kubectl is one of them.
    expect(proxies()).toBeGreaterThan(0);
    child.kill('SIGKILL');
    await leavesNothing();
  },
  MINUTES,
);

test(
  'Ctrl-C leaves the run alone and says how to see it again',
  async () => {
    const { child, leavesNothing } = start('tail-logs', 'SLOW', '-n', namespace.name);
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    process.kill(-(child.pid ?? 0), 'SIGINT');
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(130);
    expect(said).toMatch(/detached; what runs goes on\. To see it again: tail-logs SLOW -n agent-runner-test-proxy/);
    await leavesNothing();
    expect(namespace.get('pods').items[0].status.phase).toBe('Running');
  },
  MINUTES,
);
