import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { toJson } from '../run/printable.js';
import { InputError } from '../run/problems.js';
import { DEFAULT_MODES, type DefaultMode } from '../tasks/default-mode.js';
import { metaModes } from '../tasks/meta.js';
import { type Plan, planTasks } from '../tasks/plan.js';
import { readTaskList } from '../tasks/task-list.js';
import { command } from './command.js';
import { featureOf, findTaskList } from './feature-dir.js';
import type { Options } from './options.js';
import { planText } from './plan-text.js';
import { EXIT, type Terminal } from './terminal.js';
import { readTextFile } from './text-file.js';

export const PLAN_HELP = `Shows the tasks of a feature, and which of them pods do at the same time. It changes nothing.

Usage:
  agent-runner plan [tasks.md | feature directory] [--json] [--default-mode MODE]

Examples:
  agent-runner plan
  agent-runner plan specs/001-login --json
  agent-runner plan specs/001-login/tasks.md --default-mode async

Flags:
  --json                one line {feature, tasks, waves, warnings}
  --default-mode MODE   who does a task that neither its marker nor tasks_meta.json gives to anybody: sync (default),
                        async, or heuristic: async for research, analysis, design, plans, reviews and tests, or for
                        more than two files
  -h, --help; --version

Without an argument it is the feature that spec-kit works on: SPECIFY_FEATURE_DIRECTORY, .specify/feature.json, or the one
that SPECIFY_FEATURE or the checked out branch names.
Exit codes: 0 also with warnings; 2 wrong input.`;

export const PLAN_OPTIONS = {
  json: { type: 'boolean' },
  'default-mode': { type: 'string', values: DEFAULT_MODES },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

/** `agent-runner plan`. Returns the exit code. */
export function plan(args: readonly string[], given: Terminal): Promise<number> {
  return command(
    { name: 'agent-runner plan', help: PLAN_HELP, options: PLAN_OPTIONS },
    args,
    given,
    async ({ flags, positionals }, terminal) => {
      if (positionals.length > 1)
        throw new InputError(['give one tasks.md or feature directory: agent-runner plan [path]']);
      const defaultMode = defaultModeOf(flags);
      const path = await findTaskList(positionals[0], terminal.cwd, terminal.env);
      const plan = readPlan(path, defaultMode);
      const feature = featureOf(path);
      terminal.out(
        flags.json ? toJson(planJson(feature, plan)) : planText(feature, relative(terminal.cwd, path), plan, terminal),
      );
      return EXIT.ok;
    },
  );
}

/**
 * Reads a `tasks.md` and the `tasks_meta.json` beside it.
 * @throws InputError when `tasks.md` cannot be read
 */
export function readPlan(path: string, defaultMode: DefaultMode): Plan {
  const list = readTaskList(readTextFile(path));
  const metaPath = join(dirname(path), 'tasks_meta.json');
  if (!existsSync(metaPath)) return planTasks(list, { defaultMode });
  const modes = metaModes(readTextFile(metaPath));
  if (modes) return planTasks(list, { defaultMode, metaModes: modes });
  const warning = { line: 0, message: 'tasks_meta.json beside it is not as spec-kit writes it, so it does not count' };
  return planTasks({ ...list, warnings: [warning, ...list.warnings] }, { defaultMode });
}

/** What `--json` prints. `setAside` and `stops` are there only where they say something. */
function planJson(feature: string, { tasks, waves, warnings }: Plan): object {
  const stops = waves.flatMap(({ stops }, index) => (stops.length > 0 ? [{ wave: index, tasks: stops }] : []));
  return {
    feature,
    tasks: tasks.map(({ id, mode, parallel, done, setAside, phase, story, description, files, dependsOn, line }) => ({
      ...{ id, mode, parallel, done, phase, story, description, files, dependsOn, line },
      ...(setAside && { setAside }),
    })),
    waves: waves.map(({ tasks }) => tasks),
    warnings,
    ...(stops.length > 0 && { stops }),
  };
}

/** Who does the tasks that do not say it, by a flag that was checked. */
export const defaultModeOf = (flags: Options['flags']): DefaultMode =>
  (flags['default-mode'] as DefaultMode | undefined) ?? 'sync';
