import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How a program is started. */
export interface CommandOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Standard input; it is closed after it. */
  readonly input?: string;
  /** Of input and output. Default: `utf8`. */
  readonly encoding?: BufferEncoding;
  /** Takes the lines of standard output as they come; they are then not kept. */
  readonly onLine?: (line: string) => void;
  /** Takes standard output as it comes; it is then not kept. */
  readonly onData?: (chunk: Buffer) => void;
  /** Ends the program. */
  readonly signal?: AbortSignal;
  /** Ends the program after this many milliseconds. Default: never. */
  readonly timeout?: number;
  /** Whether the kernel shall end this program and what it starts before ours when memory runs out. Default: false. */
  readonly expendable?: boolean;
}

/** How a program ended. */
export interface CommandResult {
  /** The exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  /** The last 64 KiB. */
  readonly stderr: string;
}

const STDERR_KEPT = 64 * 1024;
/** How long output is still read after the program has ended: a process that it left behind may hold the pipe for ever. */
const DRAIN = 2000;

/**
 * The shell raises its own score, which needs no right, and becomes the program: raised from here, which a program that cannot
 * be traced may not do to itself, what the program had started by then would keep ours.
 * @see https://man7.org/linux/man-pages/man5/proc_pid_oom_score_adj.5.html
 */
const EXPENDABLY = ['sh', '-c', '{ echo 1000 > /proc/self/oom_score_adj; } 2> /dev/null; exec "$0" "$@"'] as const;

/**
 * Runs a program to its end, in a process group of its own. Never rejects for its exit code.
 * @throws Error when it cannot be started
 */
export function runCommand(program: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const { cwd, env, input = '', encoding = 'utf8', onLine, onData, signal, timeout, expendable = false } = options;
  return new Promise((resolve, reject) => {
    const [file, ...rest] = expendable ? [...EXPENDABLY, program, ...args] : [program, ...args];
    const child = spawn(file, rest, { cwd, env, stdio: 'pipe', detached: true });
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
