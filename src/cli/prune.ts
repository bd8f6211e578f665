import { resolve } from 'node:path';
import type { Api } from '../cluster/api.js';
import type { Runs } from '../cluster/runs.js';
import { parseDuration } from '../run/age.js';
import { parseBundle } from '../run/bundle.js';
import { InputError } from '../run/problems.js';
import { withRuns } from './cluster.js';
import { CLUSTER_OPTIONS, clusterFlags } from './cluster-options.js';
import { command } from './command.js';
import type { OptionSpec, Options } from './options.js';
import { type Limits, type Old, oldRuns } from './prune-plan.js';
import { logOf } from './run-log.js';
import { saveRun } from './save-run.js';
import { EXIT, type Terminal } from './terminal.js';

const HELP = `Deletes the pods of runs that ended long ago, with their logs and results. Branches stay.

Usage:
  agent-runner prune [--dry-run] [--save DIR] [--older-than AGE] [--failed-older-than AGE] [-n NAMESPACE | --env NAME]

Examples:
  agent-runner prune --dry-run
  agent-runner prune --older-than 1h --save ./runs

Flags:
  --older-than AGE          delivered and no-changes runs that ended before (default: 24h)
  --failed-older-than AGE   all other runs that ended before (default: 168h)
  --save DIR                first write DIR/<pod>/ with log, result.json, events.json and pod.json; what cannot be
                            saved is not deleted
  --discard-unpushed        also runs whose log has, or may have, the only copy of their work
  --dry-run                 say what would be deleted, and delete nothing
  --context NAME, --kubeconfig FILE   as for kubectl

AGE is 90s, 30m, 12h or 7d. Where the environment says "cleanup: never", only what a flag gives an age for is deleted.
Exit codes: 0; 1 a run was kept that could not be saved or deleted; 2 wrong input; 3 the cluster refused or did not answer.`;

export const PRUNE_OPTIONS = {
  ...CLUSTER_OPTIONS,
  'older-than': { type: 'string' },
  'failed-older-than': { type: 'string' },
  save: { type: 'string' },
  'discard-unpushed': { type: 'boolean' },
  'dry-run': { type: 'boolean' },
} as const satisfies Record<string, OptionSpec>;

const HOUR = 3_600_000;
const DEFAULTS = { well: 24 * HOUR, failed: 168 * HOUR };

/** `agent-runner prune`. Returns the exit code. */
export function prune(args: readonly string[], given: Terminal): Promise<number> {
  return command(
    { name: 'agent-runner prune', help: HELP, options: PRUNE_OPTIONS },
    args,
    given,
    async ({ flags, positionals }, terminal) => {
      if (positionals.length > 0) throw new InputError([`prune takes no arguments, but "${positionals.join(' ')}"`]);
      const given = { well: ageOf(flags, 'older-than'), failed: ageOf(flags, 'failed-older-than') };
      if (flags.save === '') throw new InputError(['--save is empty; give a folder']);
      const save = typeof flags.save === 'string' ? resolve(terminal.cwd, flags.save) : undefined;
      return withRuns(clusterFlags(flags), terminal, async (runs, api) => {
        const [{ cleanup }, pods] = await Promise.all([runs.settings(), runs.all()]);
        const defaults: Limits = cleanup === 'never' ? { well: undefined, failed: undefined } : DEFAULTS;
        const limits = { well: given.well ?? defaults.well, failed: given.failed ?? defaults.failed };
        const old = oldRuns(pods, limits, Date.now());
        if (cleanup === 'never' && given.well === undefined && given.failed === undefined) {
          terminal.err(`namespace ${runs.namespace} has "cleanup: never": nothing is deleted without an age`);
        } else if (old.length === 0) terminal.err(`nothing to prune in namespace ${runs.namespace}`);
        const how = { save, discard: flags['discard-unpushed'] === true, dryRun: flags['dry-run'] === true };
        let kept = 0;
        for (const run of old) if (!(await pruneOne(api, runs, run, how, terminal))) kept += 1;
        return kept > 0 ? EXIT.unexpected : EXIT.ok;
      });
    },
  );
}

function ageOf(flags: Options['flags'], name: 'older-than' | 'failed-older-than'): number | undefined {
  const text = flags[name];
  if (typeof text !== 'string') return undefined;
  const age = parseDuration(text);
  if (age === undefined) throw new InputError([`--${name} "${text}" is no duration like 90s, 30m, 12h or 7d`]);
  return age;
}

interface How {
  readonly save: string | undefined;
  readonly discard: boolean;
  readonly dryRun: boolean;
}

/** @returns false when it should have been deleted and was not */
async function pruneOne(api: Api, runs: Runs, run: Old, how: How, terminal: Terminal): Promise<boolean> {
  const { name, uid } = run.pod.metadata;
  const what = `${name} (${run.why})`;
  if (!how.save && !how.discard && (await mayHoldWork(runs, run))) {
    terminal.err(
      `${what} is kept: its log may have the only copy of its work; recover it, or --save or --discard-unpushed`,
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

/** A run that left no result cannot say where its work is: its log is looked into, and one that cannot be read counts as work. */
async function mayHoldWork(runs: Runs, { pod, work }: Old): Promise<boolean> {
  if (work !== 'unknown') return work === 'in the log';
  try {
    return parseBundle(await logOf(runs, pod)) !== undefined;
  } catch {
    return true;
  }
}
