import { type OptionSpec, type Options, parseOptions } from './options.js';
import { EXIT, guarded, type Terminal } from './terminal.js';
import { VERSION } from './version.js';

/** What a command says of itself. */
export interface CommandText {
  /** As the user typed it. */
  readonly name: string;
  readonly help: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
}

/** Reads a command line, answers `--help` and `--version`, and does the work otherwise. Returns the exit code. */
export function command(
  { name, help, options }: CommandText,
  args: readonly string[],
  terminal: Terminal,
  work: (options: Options) => Promise<number>,
): Promise<number> {
  return guarded(name, terminal, async () => {
    const given = parseOptions(args, options, terminal.env);
    if (!given.flags.help && !given.flags.version) return work(given);
    terminal.out(given.flags.help ? help : VERSION);
    return EXIT.ok;
  });
}
