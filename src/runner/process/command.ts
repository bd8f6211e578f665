import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How a program is started. */
export interface CommandOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Standard input, which is closed afterwards. */
  readonly input?: string;
  /** Encoding of input and output. Default: `utf8`. */
  readonly encoding?: BufferEncoding;
  /** Receives the lines of standard output as they arrive. The result then has no output. */
  readonly onLine?: (line: string) => void;
  /** Receives standard output as it arrives. The result then has no output. */
  readonly onData?: (chunk: Buffer) => void;
  /** Ends the program. */
  readonly signal?: AbortSignal;
  /** Ends the program after this many milliseconds. Default: never. */
  readonly timeout?: number;
}

/** How a program ended. */
export interface CommandResult {
  /** The exit code, or null if a signal ended the program. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  /** The last 64 KiB of the error output. */
  readonly stderr: string;
}

const STDERR_KEPT = 64 * 1024;
/**
 * How long output is still read after the program has ended, in milliseconds. A process that it left behind may hold
 * the pipe open forever.
 */
const DRAIN = 2000;

/**
 * Runs a program to its end, in its own process group. Never rejects because of its exit code.
 * @throws Error if it cannot be started
 */
export function runCommand(program: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const { cwd, env, input = '', encoding = 'utf8', onLine, onData, signal, timeout } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: 'pipe', detached: true });
    const chunks: Buffer[] = [];
    let stderr = '';
    if (onLine) createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine);
    else child.stdout.on('data', onData ?? ((chunk: Buffer) => chunks.push(chunk)));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr = (stderr + chunk).slice(-STDERR_KEPT);
    });
    // A program may end without reading its input.
    child.stdin.on('error', () => {}).end(input, encoding);

    const stop = () => killGroup(child);
    const timer = timeout === undefined ? undefined : setTimeout(stop, timeout);
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
    const settle = (code: number | null, signalled: NodeJS.Signals | null) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      for (const stream of child.stdio) stream?.destroy();
      resolve({ code, signal: signalled, stdout: Buffer.concat(chunks).toString(encoding), stderr });
    };
    child.on('error', (error) => reject(new Error(`${program} cannot be started: ${error.message}`)));
    child.on('exit', (code, signalled) => setTimeout(settle, DRAIN, code, signalled).unref());
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
