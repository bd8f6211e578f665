import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, existsSync, mkdtempSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ClusterError } from './errors.js';

/** Which cluster, as the user named it to kubectl. */
export interface ClusterChoice {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

/** `kubectl proxy` on a socket that only this user can open: kubectl does the authentication. */
export interface KubectlProxy {
  readonly socket: string;
  close(): void;
}

// kubectl survives a SIGKILL of its parent. This shell ends it, and removes the socket's folder, when what it reads from
// us ends, as it does with us. It has to stay for that: neither what a terminal sends to all of its programs may end it,
// nor that nobody reads what it says any more.
const GUARD =
  'trap "" INT HUP QUIT PIPE; "$@" & child=$!; (read -r _; kill $child) <&3 >/dev/null 2>&1 & wait $child; rm -rf "$0"';

/** @throws ClusterError when kubectl is not there or finds no cluster */
export async function startProxy(choice: ClusterChoice): Promise<KubectlProxy> {
  checkKubeconfig(choice.kubeconfig);
  const directory = mkdtempSync(join(tmpdir(), 'agent-runner-'));
  const socket = join(directory, 'kubectl.sock');
  const kubectl = ['kubectl', ...kubectlFlags(choice), 'proxy', `--unix-socket=${socket}`];
  const child = spawn('sh', ['-c', GUARD, directory, ...kubectl], {
    env: process.env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const close = () => {
    for (const stream of child.stdio) stream?.destroy();
    child.unref();
  };
  try {
    await serving(child);
  } catch (error) {
    close();
    throw error;
  }
  return { socket, close };
}

/** The namespace of the user's context, or undefined when it names none. */
export function contextNamespace(choice: ClusterChoice): Promise<string | undefined> {
  const args = [...kubectlFlags(choice), 'config', 'view', '--minify', '-o', 'jsonpath={..namespace}'];
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn('kubectl', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', (error) => reject(startError(error)));
    child.on('close', () => resolve(output.trim() || undefined));
  });
}

/** The choice again, as flags of kubectl. */
export function kubectlFlags({ kubeconfig, context }: ClusterChoice): string[] {
  return [...(kubeconfig ? [`--kubeconfig=${kubeconfig}`] : []), ...(context ? [`--context=${context}`] : [])];
}

/** Without a kubeconfig kubectl would silently ask localhost:8080. */
function checkKubeconfig(flag: string | undefined): void {
  const files = flag ? [flag] : (process.env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  if (files.length === 0 && process.env.KUBERNETES_SERVICE_HOST) return;
  const candidates = files.length > 0 ? files : [join(homedir(), '.kube/config')];
  const named = flag ? '--kubeconfig' : files.length > 0 ? 'KUBECONFIG' : 'the default kubeconfig';
  if (!candidates.some((file) => existsSync(file))) {
    throw new ClusterError(
      `no kubeconfig: ${named} is ${candidates.join(', ')}, which does not exist; give --kubeconfig FILE or set KUBECONFIG`,
    );
  }
  for (const file of candidates.filter((path) => existsSync(path))) {
    try {
      accessSync(file, 4);
    } catch {
      throw new ClusterError(`kubeconfig ${file} cannot be read by this user`);
    }
  }
}

function serving(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    let errors = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
      if (output.includes('Starting to serve')) resolve();
    });
    child.stderr?.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('error', (error) => reject(startError(error)));
    // The end of its errors is the end of kubectl; the guard itself lives until we let go of it.
    child.stderr?.on('end', () => {
      const missing = /kubectl: (command )?not found/.test(errors);
      reject(missing ? startError() : new ClusterError(`kubectl proxy: ${errors.trim() || 'ended without a reason'}`));
    });
  });
}

function startError(error?: Error): ClusterError {
  if (error && (error as NodeJS.ErrnoException).code !== 'ENOENT') return new ClusterError(error.message);
  return new ClusterError('kubectl is not on PATH; install it: https://kubernetes.io/docs/tasks/tools/');
}
