import { once } from 'node:events';
import { isatty } from 'node:tty';
import { styleText } from 'node:util';
import { ClusterError } from '../../cluster/errors.js';
import { plain, withColors } from '../../run/printable.js';
import { InputError } from '../../run/problems.js';
import { withoutSecrets } from '../../run/repository.js';
import { end } from './at-end.js';
import { padded, widthOf } from './width.js';

/** Exit codes of the commands themselves. A command that follows a run exits with the code of the outcome. */
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
  /** Resolves when standard output takes more; undefined if it does now. */
  ready?(): Promise<unknown> | undefined;
  /** Whether colours are wanted on standard output. */
  readonly color: boolean;
  /** Width of standard output; undefined if it is not a terminal, so that nothing is cut. */
  readonly columns?: number;
  /** Absent if standard output is not a terminal, or one that can only print lines. */
  readonly screen?: Screen;
  /** Asks the user and returns the answer. Absent if nobody can answer. */
  readonly ask?: (question: string) => Promise<string>;
}

export function processTerminal(): Terminal {
  // A reader that stops early, like `head`, is not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  // Node makes each standard stream on its first use, which takes milliseconds.
  const { stdout } = process;
  // All who wait share one promise.
  let draining: Promise<unknown> | undefined;
  const drawable = stdout.isTTY === true && process.env.TERM !== 'dumb';
  return {
    env: process.env,
    cwd: process.cwd(),
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
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
    ...(isatty(0) && isatty(2) && { ask: answerOf }),
  };
}

async function answerOf(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C and the end of the input count as an empty answer.
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

/** Colours that have no meaning, to be used in turn. */
const TURNS = [
  'cyan',
  'magenta',
  'blue',
  'yellow',
  'cyanBright',
  'magentaBright',
  'blueBright',
  'yellowBright',
] as const;

type Color = 'red' | 'green' | (typeof TURNS)[number];

/** A terminal that puts a word before each line, in the colour of its turn. */
export function prefixed(terminal: Terminal, word: string, turn: number): Terminal {
  const name = plain(word);
  const lead = paint(terminal, TURNS[turn % TURNS.length] ?? 'cyan', name);
  const led = (write: (text: string) => void) => (text: string) => {
    for (const line of text.split('\n')) write(`${lead} | ${line}`);
  };
  return { ...terminal, out: led(terminal.out), err: led(terminal.err) };
}

/** A terminal for each word, which stands before its lines. A single word is left out: nothing has to be told apart. */
export function ledBy(terminal: Terminal, words: readonly string[]): Terminal[] {
  if (words.length === 1) return [terminal];
  const width = Math.max(...words.map((word) => widthOf(plain(word))));
  return words.map((word, index) => prefixed(terminal, padded(plain(word), width), index));
}

/** The terminal already knows whether colours are wanted, so Node need not check the stream again. */
export const paint = ({ color: wanted }: Terminal, color: Color, text: string): string =>
  wanted ? styleText(color, text, { validateStream: false }) : text;

/** The same terminal, safe for text of others: it obeys no control sequence in it except colours, which are reset. */
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
