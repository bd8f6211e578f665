import { spawn } from 'node:child_process';
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

/**
 * Runs a program to its end. Never rejects for its exit code.
 * @throws Error when it cannot be started
 */
export function runCommand(program: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const { cwd, env, input, onLine, signal, timeout } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, signal, timeout, killSignal: 'SIGKILL', stdio: 'pipe' });
    const chunks: Buffer[] = [];
    let stderr = '';
    if (onLine) createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine);
    else child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr = (stderr + chunk).slice(-STDERR_KEPT);
    });
    // A program may end without reading its input.
    child.stdin.on('error', () => {}).end(input ?? '');
    child.on('error', (error) => {
      if (error.name !== 'AbortError') reject(new Error(`${program} cannot be started: ${error.message}`));
    });
    child.on('close', (code) => resolve({ code, stdout: Buffer.concat(chunks).toString(), stderr }));
  });
}
