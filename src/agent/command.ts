import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How a program is started. */
export interface CommandOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Standard input; it is closed after it. */
  readonly input?: string;
  /** Takes the lines of standard output as they come; they are then not kept. */
  readonly onLine?: (line: string) => void;
  /** Ends the program. */
  readonly signal?: AbortSignal;
  /** Ends the program after this many milliseconds. Default: never. */
  readonly timeout?: number;
}

/** How a program ended. */
export interface CommandResult {
  /** The exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  /** The last 64 KiB. */
  readonly stderr: string;
}

const STDERR_KEPT = 64 * 1024;
/** How long output is still read after the program has ended: a process that it left behind may hold the pipe for ever. */
const DRAIN = 2000;

/**
 * Runs a program to its end, in a process group of its own. Never rejects for its exit code.
 * @throws Error when it cannot be started
 */
export function runCommand(program: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const { cwd, env, input, onLine, signal, timeout } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: 'pipe', detached: true });
    const chunks: Buffer[] = [];
    let stderr = '';
    if (onLine) createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine);
    else child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr = (stderr + chunk).slice(-STDERR_KEPT);
    });
    // A program may end without reading its input.
    child.stdin.on('error', () => {}).end(input ?? '');

    const stop = () => killGroup(child);
    const timer = timeout === undefined ? undefined : setTimeout(stop, timeout);
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
    const settle = (code: number | null) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      for (const stream of child.stdio) stream?.destroy();
      resolve({ code, stdout: Buffer.concat(chunks).toString(), stderr });
    };
    child.on('error', (error) => reject(new Error(`${program} cannot be started: ${error.message}`)));
    child.on('exit', (code) => setTimeout(settle, DRAIN, code).unref());
    child.on('close', settle);
  });
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
