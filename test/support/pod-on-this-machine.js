// @ts-check
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../..', import.meta.url));
const agent = join(project, 'lib/bundle/runner.mjs');

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

/** Processes of their own: nobody outlives the first one, and it sees nobody else's, as in a container. */
const ALONE = [
  'unshare',
  ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
  ...['--pid', '--fork', '--kill-child', '--mount-proc'],
];

/**
 * Hides from the agent's side what its container does not mount, and lets it read alone what it has for reading, then starts
 * its program. The first word is the root.
 */
const IN_A_CONTAINER = `
root=$0
for folder in home/runner var/run/secrets etc/pod-info dev; do
  mkdir -p "$root/$folder" && mount -t tmpfs -o size=1m tmpfs "$root/$folder" || exit 1
done
mount --bind "$root/control" "$root/control" && mount -o remount,bind,ro "$root/control" || exit 1
exec sh "$root/etc/agent-runner/agent.sh"`;

/** @type {string | false | undefined} */
let alone;

/** @returns {string | undefined} why no run can be alone here; looked for once */
export function missingForAlone() {
  alone ??=
    spawnSync(ALONE[0] ?? '', [...ALONE.slice(1), 'true']).status !== 0 &&
    'no PID namespaces here: they take root, or unprivileged user namespaces';
  return alone || undefined;
}

/**
 * Starts what the agent's container runs, as processes of this machine. Where there are namespaces, they are apart as in the
 * pod: among processes of their own, without what their container does not mount.
 * @param {string} root
 */
export function startAgentSide(root) {
  const apart = [...ALONE, '--mount', 'sh', '-c', IN_A_CONTAINER, root];
  const together = ['sh', join(root, 'etc/agent-runner/agent.sh')];
  const [first = '', ...args] = missingForAlone() === undefined ? apart : together;
  const path = `${join(root, 'bin')}:${process.env.PATH}`;
  return spawn(first, args, { env: { PATH: path, AGENT_RUNNER_ROOT: root }, stdio: 'ignore' });
}

/**
 * Runs the pod's own programs, with the pod's environment, as processes of this machine: the runner, and beside it what the
 * agent's container runs. Where this machine has no namespaces, nothing keeps the two apart: in a pod, the kernel does.
 * @param {string} root a folder in place of the pod's root
 * @param {Record<string, string>} env
 * @param {{ onLine?: (line: string) => void, onStart?: (child: import('node:child_process').ChildProcess) => void,
 *   wrapper?: string[] }} [options] wrapper: a command that becomes the program
 * @returns {Promise<{ code: number | null, log: string[], result: any, termination: string }>}
 */
export async function runPod(root, env, { onLine, onStart, wrapper = [] } = {}) {
  await mkdir(join(root, 'bin'), { recursive: true });
  for (const folder of ['workspace', 'control']) await mkdir(join(root, folder), { recursive: true });
  await symlink(opencode, join(root, 'bin/opencode')).catch(() => {});
  let isOver = false;
  const begin = () => {
    const begun = startAgentSide(root);
    // As the kubelet does with a sidecar.
    begun.on('exit', () => setTimeout(again, 1000).unref());
    return begun;
  };
  let agentSide = begin();
  const again = () => {
    if (!isOver) agentSide = begin();
  };
  const [program = '', ...args] = [...wrapper, process.execPath, agent, '--root', root];
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
  // As the kubelet does.
  isOver = true;
  await end(agentSide);
  const file = join(root, 'dev/termination-log');
  const termination = (await stat(file).catch(() => undefined))?.isFile() ? await readFile(file, 'utf8') : '';
  return { code, log, termination, result: termination ? JSON.parse(termination) : undefined };
}

/** @param {import('node:child_process').ChildProcess} child with it ends all that it has started, as its script or the kernel sees to */
async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.on('exit', done));
  // What makes the namespaces heeds nothing else.
  child.kill(missingForAlone() === undefined ? 'SIGKILL' : 'SIGTERM');
  await ended;
}
