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
  given: Terminal,
  work: (options: Options, terminal: Terminal) => Promise<number>,
): Promise<number> {
  return guarded(name, given, async (terminal) => {
    const asked = parseOptions(args, options, terminal.env);
    if (!asked.flags.help && !asked.flags.version) return work(asked, terminal);
    terminal.out(asked.flags.help ? help : VERSION);
    return EXIT.ok;
  });
}
