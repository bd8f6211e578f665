// @ts-check
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
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

/** In a PID namespace of its own the program is, as in the pod, the child of the first process, and nobody outlives it. */
const ALONE = [
  'unshare',
  ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
  ...['--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', '"$@"; exit $?', 'sh'],
];

/** @returns {string | undefined} why no run can be alone here */
export const missingForAlone = () =>
  spawnSync(ALONE[0] ?? '', [...ALONE.slice(1), 'true']).status === 0
    ? undefined
    : 'no PID namespaces here: they take root, or unprivileged user namespaces';

/**
 * Runs the pod's own program, with the pod's environment, as a process of this machine.
 * @param {string} root a folder in place of the pod's root
 * @param {Record<string, string>} env
 * @param {{ onLine?: (line: string) => void, onStart?: (child: import('node:child_process').ChildProcess) => void,
 *   wrapper?: string[], alone?: boolean }} [options] wrapper: a command that becomes the program; alone: among processes
 *   of its own
 * @returns {Promise<{ code: number | null, log: string[], result: any, termination: string }>}
 */
export async function runPod(root, env, { onLine, onStart, wrapper = [], alone = false } = {}) {
  const [program = '', ...args] = [
    ...(alone ? ALONE : []),
    ...wrapper,
    process.execPath,
    agent,
    '--root',
    root,
    '--opencode',
    opencode,
  ];
  const child = spawn(program, args, {
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
  const file = join(root, 'dev/termination-log');
  const termination = (await stat(file).catch(() => undefined))?.isFile() ? await readFile(file, 'utf8') : '';
  return { code, log, termination, result: termination ? JSON.parse(termination) : undefined };
}
