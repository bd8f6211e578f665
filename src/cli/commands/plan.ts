import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { toJson } from '../../run/printable.js';
import { DEFAULT_MODES, type DefaultMode } from '../../tasks/default-mode.js';
import { metaModes } from '../../tasks/meta.js';
import { type Plan, planTasks } from '../../tasks/plan.js';
import { readTaskList } from '../../tasks/task-list.js';
import { featureOf, findTaskList, oneFeature } from '../checkout/feature-dir.js';
import { command } from '../line/command.js';
import type { OptionSpecs } from '../line/options.js';
import { readTextFile } from '../line/text-file.js';
import { EXIT } from '../terminal/terminal.js';
import { planText } from './plan/plan-text.js';

/** Who does a task that is not assigned. `implement` has this option too. */
export const MODE_OPTION = {
  'default-mode': {
    type: 'string',
    values: DEFAULT_MODES,
    default: 'sync',
    placeholder: 'MODE',
    description:
      'who does a task that neither a marker nor tasks_meta.json assigns. heuristic is async for words like ' +
      'research, design, plan, review and test, or for more than two files',
  },
} as const satisfies OptionSpecs;

/** `agent-runner plan`. */
export const plan = command({
  name: 'plan',
  summary: "show a feature's tasks, and which run at the same time",
  about: 'Shows the tasks of a feature, and which of them pods do at the same time. It changes nothing.',
  args: '[tasks.md | feature directory]',
  examples: [
    'agent-runner plan',
    'agent-runner plan specs/001-login --json',
    'agent-runner plan specs/001-login/tasks.md --default-mode async',
  ],
  options: {
    ...MODE_OPTION,
    json: { type: 'boolean', description: 'one line {feature, tasks, waves, warnings}' },
  },
  notes: [
    'Without an argument, plan shows the feature that spec-kit works on: SPECIFY_FEATURE_DIRECTORY, ' +
      '.specify/feature.json, or the one that SPECIFY_FEATURE or the checked out branch names.',
  ],
  exits: ['0 also with warnings', '2 wrong input'],
  async run({ flags, positionals }, terminal) {
    const path = await findTaskList(oneFeature('plan', positionals), terminal.cwd, terminal.env);
    const plan = readPlan(path, flags['default-mode']);
    const feature = featureOf(path);
    terminal.out(
      flags.json ? toJson(planJson(feature, plan)) : planText(feature, relative(terminal.cwd, path), plan, terminal),
    );
    return EXIT.ok;
  },
});

/**
 * Reads a `tasks.md` and the `tasks_meta.json` next to it.
 * @throws InputError when `tasks.md` cannot be read
 */
export function readPlan(path: string, defaultMode: DefaultMode): Plan {
  const list = readTaskList(readTextFile(path));
  const metaPath = join(dirname(path), 'tasks_meta.json');
  if (!existsSync(metaPath)) return planTasks(list, { defaultMode });
  const modes = metaModes(readTextFile(metaPath));
  if (modes) return planTasks(list, { defaultMode, metaModes: modes });
  const warning = { line: 0, message: 'tasks_meta.json next to it is not in the format of spec-kit, so it is ignored' };
  return planTasks({ ...list, warnings: [warning, ...list.warnings] }, { defaultMode });
}

/** The object that `--json` prints. `setAside` and `stops` are left out when they are empty. */
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
