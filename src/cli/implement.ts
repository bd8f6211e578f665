import { InputError } from '../run/problems.js';
import { DEFAULT_MODES } from '../tasks/default-mode.js';
import { builtInSettings } from './built-in-settings.js';
import { withRuns } from './cluster.js';
import { CLUSTER_OPTIONS, clusterFlags } from './cluster-options.js';
import { command } from './command.js';
import { DRY_RUN_OPTION, dryRunOf, withDryRunValue } from './dry-run-option.js';
import { environmentNamed } from './environment-named.js';
import { jobOf } from './implement/job.js';
import { run } from './implement/run.js';
import type { OptionSpec } from './options.js';
import { EXIT, type Terminal } from './terminal.js';

const HELP = `Has pods do the [ASYNC] tasks of a feature: wave by wave, each from what the ones before it have delivered.

Usage:
  agent-runner implement [tasks.md | feature directory] [--parallel N] [--skip-sync] [-n NAMESPACE | --env NAME]

Examples:
  agent-runner implement
  agent-runner implement specs/001-login --parallel 4
  agent-runner implement --dry-run

Flags:
  --parallel N          runs that are alive at the same time (default: 8)
  --skip-sync           go on where a task of yours is open; without it the plan stops there
  --default-mode MODE   as for agent-runner plan
  --branch B, --repo R  the feature's (default: the upstream of what is checked out)
  --credential NAME, --egress PROFILE   as for spawn-task
  --dry-run             print the plan and the pods and touch nothing; --dry-run=server: with the namespace's settings
  --json                the summary as one JSON object on standard output, all else on standard error; with --dry-run
                        the pods as a List
  -n, --namespace NS    (env NAMESPACE); else --env NAME (env ENVIRONMENT), else your context's namespace
  --context NAME, --kubeconfig FILE   as for kubectl

What pods deliver is merged into the branch BRANCH-agents with your own git, before each wave and at the end; the feature's
branch is yours (agent-runner merge --into-branch). A failed task ends its phase; one that is marked [P] lets its siblings
go on. Ctrl-C leaves and the runs go on; twice, it asks whether to cancel them. Started again, it picks up where the
cluster is: nothing runs twice, and what was delivered is not repeated.

Exit codes: 0 all is delivered; 1 branches do not fit each other, or the plan stopped; 2 wrong input; 3 the cluster
refused or did not answer; 4 a task of yours is next; else the highest of the outcomes', as of spawn-task --follow;
130 detached by Ctrl-C.`;

export const IMPLEMENT_OPTIONS = {
  ...CLUSTER_OPTIONS,
  parallel: { type: 'string' },
  'skip-sync': { type: 'boolean' },
  'default-mode': { type: 'string', values: DEFAULT_MODES },
  branch: { type: 'string' },
  repo: { type: 'string' },
  credential: { type: 'string' },
  egress: { type: 'string' },
  'dry-run': DRY_RUN_OPTION,
  json: { type: 'boolean' },
} as const satisfies Record<string, OptionSpec>;

/** `agent-runner implement`. Returns the exit code. */
export function implement(args: readonly string[], given: Terminal): Promise<number> {
  return command(
    { name: 'agent-runner implement', help: HELP, options: IMPLEMENT_OPTIONS },
    withDryRunValue(args),
    given,
    async ({ flags, positionals }, terminal) => {
      if (positionals.length > 1)
        throw new InputError(['give one tasks.md or feature directory: agent-runner implement [path]']);
      const job = await jobOf(flags, positionals[0], terminal);
      const chosen = clusterFlags(flags);
      const dryRun = dryRunOf(flags['dry-run'] as string | undefined);
      if (dryRun === 'client') {
        const settings = environmentNamed(chosen.environment, builtInSettings);
        const namespace = chosen.namespace ?? settings.namespace;
        await (await import('./implement/dry-run.js')).printDryRun(job, { ...settings, namespace }, terminal);
        return EXIT.ok;
      }
      return withRuns(chosen, terminal, async (runs, api) => {
        const settings = await runs.settings();
        if (!dryRun) return run(job, api, runs, settings, terminal);
        await (await import('./implement/dry-run.js')).printDryRun(job, settings, terminal, runs);
        return EXIT.ok;
      });
    },
  );
}
