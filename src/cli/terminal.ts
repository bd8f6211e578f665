import { once } from 'node:events';
import { ClusterError } from '../cluster/errors.js';
import { plain, withColors } from '../run/printable.js';
import { InputError } from '../run/problems.js';
import { withoutSecrets } from '../run/repository.js';
import { end } from './at-end.js';

/** Exit codes of the commands themselves; a followed run ends with its outcome's. */
export const EXIT = { ok: 0, unexpected: 1, usage: 2, cluster: 3, detached: 130 } as const;

/** A terminal that can be drawn on. */
export interface Screen {
  rows(): number;
  columns(): number;
  /** Writes as it is, without a line break. */
  write(text: string): void;
}

/** Where a command reads and writes. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  out(text: string): void;
  err(text: string): void;
  /** When standard output takes more; undefined when it does now. */
  ready?(): Promise<unknown> | undefined;
  /** Whether colours are wanted on standard output. */
  readonly color: boolean;
  /** Width of standard output; undefined where it is no terminal, so that nothing is cut. */
  readonly columns?: number;
  /** Absent where standard output is no terminal, or one that can only print lines. */
  readonly screen?: Screen;
  /** Asks the user, and gives the answer; absent where nobody can answer. */
  readonly ask?: (question: string) => Promise<string>;
}

export function processTerminal(): Terminal {
  // A reader that has seen enough, like `head`, is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const { stdin, stdout, stderr } = process;
  // One for all that wait.
  let draining: Promise<unknown> | undefined;
  const drawable = stdout.isTTY === true && process.env.TERM !== 'dumb';
  return {
    env: process.env,
    cwd: process.cwd(),
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    ready: () => {
      if (stdout.writableNeedDrain) {
        draining ??= once(stdout, 'drain').finally(() => {
          draining = undefined;
        });
      }
      return draining;
    },
    color: drawable && !process.env.NO_COLOR,
    ...(stdout.columns > 0 && { columns: stdout.columns }),
    ...(drawable && {
      screen: { rows: () => stdout.rows, columns: () => stdout.columns, write: (text) => void stdout.write(text) },
    }),
    ...(stdin.isTTY && stderr.isTTY && { ask: answerOf }),
  };
}

async function answerOf(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C and the end of the input are no answer, as is the empty one.
  const unanswered = new AbortController();
  lines.once('SIGINT', () => unanswered.abort());
  lines.once('close', () => unanswered.abort());
  try {
    return await lines.question(question, { signal: unanswered.signal });
  } catch (error) {
    if (!unanswered.signal.aborted) throw error;
    return '';
  } finally {
    lines.close();
  }
}

const CODES = { red: 31, green: 32 } as const;
/** For what has no meaning of its own, in turn: cyan, magenta, blue, yellow, and their bright ones. */
const TURNS = [36, 35, 34, 33, 96, 95, 94, 93];

/** A terminal whose lines are led by a word, in a colour of its turn. */
export function prefixed(terminal: Terminal, word: string, turn: number): Terminal {
  const name = plain(word);
  const lead = terminal.color ? `\u001b[${TURNS[turn % TURNS.length]}m${name}\u001b[0m` : name;
  const led = (write: (text: string) => void) => (text: string) => {
    for (const line of text.split('\n')) write(`${lead} | ${line}`);
  };
  return { ...terminal, out: led(terminal.out), err: led(terminal.err) };
}

/** A terminal for each of some words, which leads its lines; for one alone nothing needs to be told apart. */
export function ledBy(terminal: Terminal, words: readonly string[]): Terminal[] {
  if (words.length === 1) return [terminal];
  const width = Math.max(...words.map((word) => word.length));
  return words.map((word, index) => prefixed(terminal, word.padEnd(width), index));
}

export function paint(terminal: Terminal, color: keyof typeof CODES, text: string): string {
  return terminal.color ? `\u001b[${CODES[color]}m${text}\u001b[0m` : text;
}

/** The same terminal for text of others: whatever a command prints, the terminal obeys none of it but reset colours. */
export function safe(terminal: Terminal): Terminal {
  const clean = terminal.color ? withColors : plain;
  const { out, err, ask } = terminal;
  return {
    ...terminal,
    out: (text) => out(clean(text)),
    err: (text) => err(clean(text)),
    ...(ask && { ask: (question) => ask(plain(question)) }),
  };
}

/**
 * Runs a command. An error becomes a message and an exit code, without a stack for the user's own mistakes.
 * @param main gets the one terminal that it may print to
 */
export async function guarded(
  command: string,
  given: Terminal,
  main: (terminal: Terminal) => Promise<number>,
): Promise<number> {
  const terminal = safe(given);
  try {
    return await main(terminal);
  } catch (error) {
    if (error instanceof InputError) {
      for (const problem of error.problems) terminal.err(`${command}: ${withoutSecrets(plain(problem))}`);
      terminal.err(`See ${command} --help.`);
      return EXIT.usage;
    }
    if (error instanceof ClusterError) {
      terminal.err(`${command}: ${error.message}`);
      return EXIT.cluster;
    }
    terminal.err(`${command}: ${(error as Error).stack ?? String(error)}`);
    return EXIT.unexpected;
  } finally {
    end();
  }
}
