import { ClusterError } from '../cluster/errors.js';
import { InputError } from '../run/problems.js';
import { withoutSecrets } from '../run/repository.js';

/** Exit codes of the commands themselves; a followed run ends with its outcome's. */
export const EXIT = { ok: 0, unexpected: 1, usage: 2, cluster: 3, detached: 130 } as const;

/** Where a command reads and writes. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  out(text: string): void;
  err(text: string): void;
  /** Whether colours are wanted on standard output. */
  readonly color: boolean;
}

export function processTerminal(): Terminal {
  // A reader that has seen enough, like `head`, is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  return {
    env: process.env,
    cwd: process.cwd(),
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    color: process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb',
  };
}

const CODES = { red: 31, green: 32 } as const;

export function paint(terminal: Terminal, color: keyof typeof CODES, text: string): string {
  return terminal.color ? `\u001b[${CODES[color]}m${text}\u001b[0m` : text;
}

/** Runs a command; what went wrong becomes a message and an exit code, without a stack for the user's own mistakes. */
export async function guarded(command: string, terminal: Terminal, main: () => Promise<number>): Promise<number> {
  try {
    return await main();
  } catch (error) {
    if (error instanceof InputError) {
      for (const problem of error.problems) terminal.err(`${command}: ${withoutSecrets(problem)}`);
      terminal.err(`See ${command} --help.`);
      return EXIT.usage;
    }
    if (error instanceof ClusterError) {
      terminal.err(`${command}: ${error.message}`);
      return EXIT.cluster;
    }
    terminal.err(`${command}: ${(error as Error).stack ?? String(error)}`);
    return EXIT.unexpected;
  }
}
