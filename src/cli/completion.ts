import { InputError } from '../run/problems.js';
import { command } from './command.js';
import { COMMANDS } from './commands.js';
import type { OptionSpec } from './options.js';
import { EXIT, type Terminal } from './terminal.js';

const HELP = `Prints the completion of commands and flags for a shell.

Usage:
  agent-runner completion bash|zsh|fish

Examples:
  source <(agent-runner completion bash)                                      in ~/.bashrc
  source <(agent-runner completion zsh)                                       in ~/.zshrc, after compinit
  agent-runner completion fish > ~/.config/fish/completions/agent-runner.fish

Exit codes: 0; 2 wrong input.`;

export const COMPLETION_OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const satisfies Record<string, OptionSpec>;

/** A command as a shell completes it. */
interface Words {
  readonly names: readonly string[];
  readonly summary: string;
  readonly flags: readonly { readonly name: string; readonly short?: string; readonly spec: OptionSpec }[];
}

/** `agent-runner completion`. Returns the exit code. */
export function completion(args: readonly string[], given: Terminal): Promise<number> {
  return command(
    { name: 'agent-runner completion', help: HELP, options: COMPLETION_OPTIONS },
    args,
    given,
    async ({ positionals }, terminal) => {
      const [shell = '', ...more] = positionals;
      const print = new Map(Object.entries({ bash, zsh, fish })).get(shell);
      if (!print || more.length > 0) throw new InputError(['give one shell: agent-runner completion bash|zsh|fish']);
      terminal.out(print(await words()));
      return EXIT.ok;
    },
  );
}

async function words(): Promise<Words[]> {
  const all: Words[] = [];
  for (const { name, aliases = [], summary, options } of COMMANDS) {
    const flags = Object.entries(await options()).map(([flag, spec]) => ({
      name: flag,
      ...(spec.short && { short: spec.short }),
      spec,
    }));
    all.push({ names: [name, ...aliases], summary, flags });
  }
  return all;
}

const namesOf = (commands: readonly Words[]): string => commands.flatMap(({ names }) => names).join(' ');

function bash(commands: readonly Words[]): string {
  const cases = commands.map(({ names, flags }) => {
    const own = names[0] === 'completion' ? 'bash zsh fish ' : '';
    return `    ${names.join('|')}) words="${own}${flags.map(({ name }) => `--${name}`).join(' ')}" ;;`;
  });
  const values = commands.flatMap(({ names, flags }) =>
    flags.flatMap(({ name, short, spec }) => {
      if (!spec.values) return [];
      const ways = [`--${name}=`, ...(spec.attached ? [] : [`--${name}`]), ...(short ? [`-${short}`] : [])];
      const patterns = names.flatMap((command) => ways.map((way) => `"${command} ${way}"`));
      return `    ${patterns.join('|')}) words="${spec.values.join(' ')}" ;;`;
    }),
  );
  return `_agent_runner() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words
  # Bash takes the sign for a word of its own.
  if [ "$current" = "=" ]; then before+="="; current=""
  elif [ "$before" = "=" ]; then before="\${COMP_WORDS[COMP_CWORD-2]}="; fi
  if [ "$COMP_CWORD" -eq 1 ]; then words="${namesOf(commands)} --help --version"
  else case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  case "\${COMP_WORDS[1]} $before" in
${values.join('\n')}
  esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _agent_runner agent-runner`;
}

/** zsh runs bash's completions itself. */
const zsh = (commands: readonly Words[]): string => `autoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`;

function fish(commands: readonly Words[]): string {
  const start = 'complete -c agent-runner';
  const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const lines = commands.flatMap(({ names, summary, flags }) => [
    ...names.map((name) => `${start} -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`),
    ...flags.map(({ name, short, spec }) => {
      const value = spec.attached
        ? ''
        : spec.values
          ? ` -x -a ${quoted(spec.values.join(' '))}`
          : spec.type === 'string'
            ? ' -r'
            : '';
      const seen = quoted(`__fish_seen_subcommand_from ${names.join(' ')}`);
      return `${start} -n ${seen} -l ${name}${short ? ` -s ${short}` : ''}${value}`;
    }),
  ]);
  return [...lines, `${start} -f -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'`].join('\n');
}
