// @ts-check
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../..', import.meta.url));
const agent = join(project, 'lib/bundle/agent.mjs');

/** OpenCode's own binary: the one of the lock file, or OPENCODE on machines that npm has none for in there. */
export const opencode =
  process.env.OPENCODE ?? join(project, `node_modules/opencode-${process.platform}-${process.arch}/bin/opencode`);

/** @returns {string | undefined} why no run is possible here */
export function missingForRuns() {
  if (!existsSync(opencode)) return `no OpenCode at ${opencode}: set OPENCODE to a binary of version 1.18.33`;
  return existsSync(agent) ? undefined : `${agent} is not built: npm run build`;
}

/**
 * Mounts what the kubelet would mount: the settings and the Secrets, as files below `root`.
 * @param {string} root
 * @param {{ config: Record<string, string>, git?: Record<string, string>, model?: Record<string, string> }} volumes
 */
export async function mountVolumes(root, { config, git = {}, model = {} }) {
  const folders = {
    'etc/agent-runner': config,
    'var/run/secrets/agent-runner/git': git,
    'var/run/secrets/agent-runner/model': model,
  };
  for (const [folder, files] of Object.entries(folders)) {
    for (const [name, text] of Object.entries(files)) {
      const file = join(root, folder, name);
      await mkdir(dirname(file), { recursive: true });
      // OpenCode's configuration names the key's file by its path in the pod.
      // As with defaultMode 0440; ssh takes no such key, so that the program has to copy it.
      await writeFile(file, text.replaceAll('{file:/', `{file:${root}/`), { mode: 0o440 });
    }
  }
}

/**
 * Runs the pod's own program, with the pod's environment, as a process of this machine.
 * @param {string} root a folder in place of the pod's root
 * @param {Record<string, string>} env
 * @param {{ onLine?: (line: string) => void, onStart?: (child: import('node:child_process').ChildProcess) => void }} [options]
 * @returns {Promise<{ code: number | null, log: string[], result: any, termination: string }>}
 */
export async function runPod(root, env, { onLine, onStart } = {}) {
  const child = spawn(process.execPath, [agent, '--root', root, '--opencode', opencode], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onStart?.(child);
  /** @type {string[]} */
  const log = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    log.push(line);
    onLine?.(line);
  });
  const code = await new Promise((done) => child.on('close', done));
  const termination = await readFile(join(root, 'dev/termination-log'), 'utf8').catch(() => '');
  return { code, log, termination, result: termination ? JSON.parse(termination) : undefined };
}
