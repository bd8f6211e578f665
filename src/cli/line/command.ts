import { InputError } from '../../run/problems.js';
import { EXIT, guarded, type Terminal } from '../terminal/terminal.js';
import { type Given, type OptionSpecs, parseOptions } from './options.js';

/** Declares a command. Its help, its shell completion and its page in the docs are made from it. */
export interface CommandSpec<S extends OptionSpecs = OptionSpecs> {
  /** As in `agent-runner NAME`. */
  readonly name: string;
  /** What the user types. Default: `agent-runner NAME`. */
  readonly program?: string;
  /** A phrase for the list of commands. */
  readonly summary: string;
  /** What it does: the first sentences of its help. */
  readonly about: string;
  /** Its arguments, as the usage line shows them. Empty: it takes none and refuses any. */
  readonly args: string;
  /** For a command without arguments: a hint for users who give one. */
  readonly instead?: string;
  readonly examples: readonly string[];
  readonly options: S;
  /** Further paragraphs of its help. */
  readonly notes?: readonly string[];
  /** Exit codes and what they mean, like `2 wrong input`. */
  readonly exits: readonly string[];
  /** Words that a shell completes as its first argument. */
  readonly words?: readonly string[];
  /** Rewrites the command line before its options are parsed. Default: no change. */
  prepared?(args: readonly string[]): readonly string[];
  /**
   * Does the work.
   * @returns the exit code
   * @throws InputError, ClusterError: both become a message and an exit code
   */
  run(given: Given<S>, terminal: Terminal): Promise<number>;
}

/** A command, ready to be called with a command line. Returns the exit code. */
export interface Command {
  (args: readonly string[], terminal: Terminal): Promise<number>;
  readonly spec: CommandSpec;
}

/** Options that every command has. */
export const COMMON_OPTIONS = {
  help: { type: 'boolean', short: 'h', description: 'print this help' },
  version: { type: 'boolean', description: 'print the version' },
} as const satisfies OptionSpecs;

/** Declares a command: it reads a command line, answers `--help` and `--version`, and does the work otherwise. */
export function command<const S extends OptionSpecs>(spec: CommandSpec<S>): Command {
  const options = { ...spec.options, ...COMMON_OPTIONS };
  const start = (args: readonly string[], given: Terminal) =>
    guarded(programOf(spec), given, async (terminal) => {
      const asked = parseOptions(spec.prepared?.(args) ?? args, options, terminal.env);
      if (asked.flags.help) {
        terminal.out((await import('./help.js')).helpOf(spec));
        return EXIT.ok;
      }
      if (asked.flags.version) {
        terminal.out((await import('../../version.js')).VERSION);
        return EXIT.ok;
      }
      if (spec.args === '' && asked.positionals.length > 0) {
        const given = `${spec.name} takes no arguments, but got "${asked.positionals.join(' ')}"`;
        throw new InputError([spec.instead ? `${given}; ${spec.instead}` : given]);
      }
      return spec.run(asked, terminal);
    });
  return Object.assign(start, { spec });
}

/** What a user types for a command. */
export const programOf = ({ name, program }: Pick<CommandSpec, 'name' | 'program'>): string =>
  program ?? `agent-runner ${name}`;

/** A command's own options and the common ones. */
export const optionsOf = ({ options }: Pick<CommandSpec, 'options'>): OptionSpecs => ({
  ...options,
  ...COMMON_OPTIONS,
});
