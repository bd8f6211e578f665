import { InputError } from '../../run/problems.js';
import { allSpecs, namesOf } from '../commands.js';
import { command, optionsOf } from '../line/command.js';
import type { OptionSpec } from '../line/options.js';
import { EXIT } from '../terminal/terminal.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** A command as a shell completes it. */
interface Words {
  readonly names: readonly string[];
  /** Its own program, besides `agent-runner NAME`. */
  readonly program: string | undefined;
  readonly summary: string;
  readonly arguments: readonly string[];
  readonly flags: readonly { readonly name: string; readonly short?: string; readonly spec: OptionSpec }[];
}

/** `agent-runner completion`. */
export const completion = command({
  name: 'completion',
  summary: "print a shell's completion: bash, zsh or fish",
  about: 'Prints the completion of commands and flags for a shell.',
  args: SHELLS.join('|'),
  words: SHELLS,
  examples: [
    'source <(agent-runner completion bash)                                      in ~/.bashrc',
    'source <(agent-runner completion zsh)                                       in ~/.zshrc, after compinit',
    'agent-runner completion fish > ~/.config/fish/completions/agent-runner.fish',
  ],
  options: {},
  exits: ['0', '2 wrong input'],
  async run({ positionals }, terminal) {
    const [shell = '', ...more] = positionals;
    const print = new Map(Object.entries({ bash, zsh, fish })).get(shell);
    if (!print || more.length > 0) throw new InputError(['give one shell: agent-runner completion bash|zsh|fish']);
    terminal.out(print(await words()));
    return EXIT.ok;
  },
});

async function words(): Promise<Words[]> {
  return (await allSpecs()).map((spec) => ({
    names: namesOf(spec.name),
    program: spec.program,
    summary: spec.summary,
    arguments: spec.words ?? [],
    flags: Object.entries(optionsOf(spec)).map(([name, option]) => ({
      name,
      ...(option.short && { short: option.short }),
      spec: option,
    })),
  }));
}

const allNames = (commands: readonly Words[]): string => commands.flatMap(({ names }) => names).join(' ');

function bash(commands: readonly Words[]): string {
  const cases = commands.map((one) => {
    const offered = [...one.arguments, ...one.flags.map(({ name }) => `--${name}`)];
    return `    ${one.names.join('|')}) words="${offered.join(' ')}" ;;`;
  });
  const values = commands.flatMap(({ names, flags }) =>
    flags.flatMap(({ name, short, spec }) => {
      if (!spec.values) return [];
      const ways = [`--${name}=`, ...(spec.attached ? [] : [`--${name}`]), ...(short ? [`-${short}`] : [])];
      const patterns = names.flatMap((command) => ways.map((way) => `"${command} ${way}"`));
      return `    ${patterns.join('|')}) words="${spec.values.join(' ')}" ;;`;
    }),
  );
  const programs = ['agent-runner', ...commands.flatMap(({ program }) => program ?? [])];
  return `_agent_runner() {
  local program="\${COMP_WORDS[0]##*/}" words
  # A command that has its own program.
  if [ "$program" != agent-runner ]; then
    COMP_WORDS=(agent-runner "$program" "\${COMP_WORDS[@]:1}"); COMP_CWORD=$((COMP_CWORD+1))
  fi
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  # Bash splits words at the equals sign.
  if [ "$current" = "=" ]; then before+="="; current=""
  elif [ "$before" = "=" ]; then before="\${COMP_WORDS[COMP_CWORD-2]}="; fi
  if [ "$COMP_CWORD" -eq 1 ]; then words="${allNames(commands)} help --help --version"
  else case "\${COMP_WORDS[1]}" in
    help) words="${allNames(commands)}" ;;
${cases.join('\n')}
  esac
  case "\${COMP_WORDS[1]} $before" in
${values.join('\n')}
  esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _agent_runner ${programs.join(' ')}`;
}

/** zsh runs bash's completions itself. */
const zsh = (commands: readonly Words[]): string => `autoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`;

function fish(commands: readonly Words[]): string {
  const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const start = 'complete -c agent-runner';
  const flagsOf = (begin: string, { flags }: Words) =>
    flags.map(({ name, short, spec }) => {
      const words = spec.values ? ` -x -a ${quoted(spec.values.join(' '))}` : ' -r';
      const value = spec.attached || spec.type === 'boolean' ? '' : words;
      return `${begin} -l ${name}${short ? ` -s ${short}` : ''}${value}`;
    });
  const lines = commands.flatMap((one) => {
    const { names, program, summary, arguments: words } = one;
    const seen = quoted(`__fish_seen_subcommand_from ${names.join(' ')}`);
    return [
      ...names.map((name) => `${start} -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`),
      ...flagsOf(`${start} -n ${seen}`, one),
      ...(words.length > 0 ? [`${start} -f -n ${seen} -a ${quoted(words.join(' '))}`] : []),
      ...(program ? flagsOf(`complete -c ${program}`, one) : []),
    ];
  });
  const help = [
    `${start} -n __fish_use_subcommand -a help -d ${quoted("print a command's help")}`,
    `${start} -f -n '__fish_seen_subcommand_from help' -a ${quoted(allNames(commands))}`,
  ];
  return [...lines, ...help].join('\n');
}
