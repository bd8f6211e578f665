import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../../run/problems.js';
import { topOf } from '../git/user-git.js';
import { command } from '../line/command.js';
import { EXIT, type Terminal } from '../terminal/terminal.js';
import type { Change } from './setup/change.js';
import { changesOf } from './setup/changes.js';

/** `agent-runner setup`. */
export const setup = command({
  name: 'setup',
  summary: 'make spec-kit and OpenCode of a project use the runner',
  about:
    'Installs into the project that you are in: the extension and the preset of spec-kit, and the subagent, the ' +
    'plugin and the command of OpenCode.',
  args: '',
  examples: ['agent-runner setup', 'agent-runner setup --dry-run', 'agent-runner setup --uninstall'],
  options: {
    'dry-run': { type: 'boolean', description: 'show what would change, and change nothing' },
    yes: { type: 'boolean', short: 'y', description: 'do not ask' },
    uninstall: { type: 'boolean', description: 'take everything away that setup has installed' },
    force: { type: 'boolean', description: 'also replace or remove files of setup that you have changed' },
    'no-plugin': {
      type: 'boolean',
      description:
        'no plugin of OpenCode: the subagent gets a list of allowed commands instead, and shows nothing live',
    },
    legacy: {
      type: 'boolean',
      description: 'also scripts/spawn-pod.sh and tail-logs.sh, where older kits look for them',
    },
  },
  notes: [
    'It never changes a file of yours. It knows its own files by a line in them. What belongs to spec-kit is ' +
      'installed by the command specify. A second start finds nothing to do. Commit what it writes: your ' +
      'colleagues then have it too.',
  ],
  exits: ['0 done, or nothing to do', '1 something is left to you', '2 wrong input'],
  async run({ flags }, terminal) {
    const top = projectOf(terminal.cwd);
    const { uninstall, force } = flags;
    const wanted = { top, uninstall, force, plugin: !flags['no-plugin'], legacy: flags.legacy || uninstall };
    const changes = changesOf(wanted, terminal.env);
    const todo = changes.filter(({ apply }) => apply);
    const code = todo.length === changes.length ? EXIT.ok : EXIT.unexpected;
    for (const { line } of changes) terminal.out(line);
    if (todo.length === 0) {
      terminal.out('nothing to do');
      return code;
    }
    if (flags['dry-run']) return code;
    if (!flags.yes && !(await agreed(todo, terminal))) {
      terminal.out('nothing was changed');
      return EXIT.unexpected;
    }
    for (const change of todo) change.apply?.();
    const paths = ['.opencode', '.specify', ...(wanted.legacy ? ['scripts'] : [])];
    const there = paths.filter((path) => existsSync(join(top, path)));
    terminal.out(`done; to share it: git add --all${there.map((path) => ` ${path}`).join('')} && git commit`);
    return code;
  },
});

/** @throws InputError if nobody can answer */
async function agreed(changes: readonly Change[], { ask }: Terminal): Promise<boolean> {
  if (!ask)
    throw new InputError(['there is nobody to ask: give --yes, or --dry-run to look first; nothing was changed']);
  return /^y(es)?$/i.test(
    (await ask(`Do ${changes.length === 1 ? 'this' : `these ${changes.length} things`}? (yes/no) `)).trim(),
  );
}

/**
 * The nearest folder of spec-kit in the repository, or else the top of that.
 * @throws InputError if the directory is in no project
 */
function projectOf(cwd: string): string {
  const top = topOf(cwd);
  for (let folder = realpathSync(cwd); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.specify'))) return folder;
    if (folder === top) return top;
    if (!top || folder === dirname(folder)) break;
  }
  throw new InputError([`${cwd} is in no Git repository and has no .specify; start setup in your project`]);
}
