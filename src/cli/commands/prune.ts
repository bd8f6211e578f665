import { resolve } from 'node:path';
import type { Api } from '../../cluster/api.js';
import type { Runs } from '../../cluster/runs.js';
import { parseDuration } from '../../run/age.js';
import { parseBundle } from '../../run/bundle.js';
import { InputError } from '../../run/problems.js';
import { CLUSTER_OPTIONS, clusterFlags } from '../line/cluster-options.js';
import { command } from '../line/command.js';
import type { Flags, OptionSpecs } from '../line/options.js';
import { logOf } from '../logs/run-log.js';
import { withRuns } from '../runs/cluster.js';
import { EXIT, type Terminal } from '../terminal/terminal.js';
import { type Limits, type Old, oldRuns } from './prune/prune-plan.js';
import { saveRun } from './prune/save-run.js';

const OPTIONS = {
  'older-than': {
    type: 'string',
    placeholder: 'AGE',
    description: 'delete delivered and no-changes runs that ended at least this long ago; default: 24h',
  },
  'failed-older-than': {
    type: 'string',
    placeholder: 'AGE',
    description: 'delete all other runs that ended at least this long ago; default: 168h',
  },
  save: {
    type: 'string',
    placeholder: 'DIR',
    description:
      'first write DIR/<pod>/ with log, result.json, events.json and pod.json; a run that cannot be saved is kept',
  },
  'discard-unpushed': {
    type: 'boolean',
    description: 'also delete runs whose log has, or may have, the only copy of their work',
  },
  'dry-run': { type: 'boolean', description: 'print what would be deleted, and delete nothing' },
  ...CLUSTER_OPTIONS,
} as const satisfies OptionSpecs;

const HOUR = 3_600_000;
const DEFAULTS = { well: 24 * HOUR, failed: 168 * HOUR };

/** `agent-runner prune`. */
export const prune = command({
  name: 'prune',
  summary: 'delete the pods of runs that ended long ago',
  about: 'Deletes the pods of runs that ended long ago, with their logs and results. Branches stay.',
  args: '',
  examples: ['agent-runner prune --dry-run', 'agent-runner prune --older-than 1h --save ./runs'],
  options: OPTIONS,
  notes: [
    'AGE is a duration, like 90s, 30m, 12h or 7d. If the environment has "cleanup: never", there are no default ' +
      'ages: prune deletes only runs of the kinds that you give an age for.',
  ],
  exits: [
    '0 every old run was deleted, or kept on purpose',
    '1 a run could not be saved or deleted',
    '2 wrong input',
    '3 the cluster refused or did not answer',
  ],
  run({ flags }, terminal) {
    const given = { well: ageOf(flags, 'older-than'), failed: ageOf(flags, 'failed-older-than') };
    if (flags.save === '') throw new InputError(['--save is empty; give a folder']);
    const save = flags.save === undefined ? undefined : resolve(terminal.cwd, flags.save);
    return withRuns(clusterFlags(flags), terminal, async (runs, api) => {
      const [{ cleanup }, pods] = await Promise.all([runs.settings(), runs.all()]);
      const defaults: Limits = cleanup === 'never' ? { well: undefined, failed: undefined } : DEFAULTS;
      const limits = { well: given.well ?? defaults.well, failed: given.failed ?? defaults.failed };
      const old = oldRuns(pods, limits, Date.now());
      if (cleanup === 'never' && given.well === undefined && given.failed === undefined) {
        terminal.err(
          `namespace ${runs.namespace} has "cleanup: never"; to delete runs, give --older-than or --failed-older-than`,
        );
      } else if (old.length === 0) terminal.err(`nothing to prune in namespace ${runs.namespace}`);
      const how = { save, discard: flags['discard-unpushed'], dryRun: flags['dry-run'] };
      let kept = 0;
      for (const run of old) if (!(await pruneOne(api, runs, run, how, terminal))) kept += 1;
      return kept > 0 ? EXIT.unexpected : EXIT.ok;
    });
  },
});

function ageOf(flags: Flags<typeof OPTIONS>, name: 'older-than' | 'failed-older-than'): number | undefined {
  const text = flags[name];
  if (text === undefined) return undefined;
  const age = parseDuration(text);
  if (age === undefined) throw new InputError([`--${name} "${text}" is not a duration like 90s, 30m, 12h or 7d`]);
  return age;
}

interface How {
  readonly save: string | undefined;
  readonly discard: boolean;
  readonly dryRun: boolean;
}

/** @returns false when the run could not be saved or deleted */
async function pruneOne(api: Api, runs: Runs, run: Old, how: How, terminal: Terminal): Promise<boolean> {
  const { name, uid } = run.pod.metadata;
  const what = `${name} (${run.why})`;
  if (!how.save && !how.discard && (await mayHoldWork(runs, run))) {
    terminal.err(
      `${what} is kept: its log may have the only copy of its work; recover it, or give --save or --discard-unpushed`,
    );
    return true;
  }
  if (how.dryRun) {
    terminal.out(`${what} would be deleted`);
    return true;
  }
  let saved = '';
  try {
    if (how.save) saved = `, saved in ${await saveRun(api, runs, run.pod, how.save)}`;
    await runs.delete(name, uid ?? '');
  } catch (error) {
    terminal.err(`${what} is kept: ${(error as Error).message}`);
    return false;
  }
  terminal.out(`${what} deleted${saved}`);
  return true;
}

/**
 * Without a result, nobody knows where a run's work is, so its log is searched. A log that cannot be read counts as
 * work.
 */
async function mayHoldWork(runs: Runs, { pod, work }: Old): Promise<boolean> {
  if (work !== 'unknown') return work === 'in the log';
  try {
    return parseBundle(await logOf(runs, pod)) !== undefined;
  } catch {
    return true;
  }
}
