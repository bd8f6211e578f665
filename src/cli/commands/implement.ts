import { InputError } from '../../run/problems.js';
import { oneFeature } from '../checkout/feature-dir.js';
import { dryRunFlags, withDryRunValue } from '../dry-run/dry-run-option.js';
import { clusterFlags } from '../line/cluster-options.js';
import { command } from '../line/command.js';
import { withRuns } from '../runs/cluster.js';
import { EXIT } from '../terminal/terminal.js';
import { jobOf } from './implement/job.js';
import { IMPLEMENT_OPTIONS } from './implement/options.js';
import { run } from './implement/run.js';

/** `agent-runner implement`. */
export const implement = command({
  name: 'implement',
  summary: 'run the [ASYNC] tasks of a feature in pods, wave by wave',
  about: 'Runs the [ASYNC] tasks of a feature in pods. Each wave starts from what the waves before it delivered.',
  args: '[tasks.md | feature directory]',
  examples: [
    'agent-runner implement',
    'agent-runner implement specs/001-login --parallel 4',
    'agent-runner implement --dry-run',
  ],
  options: IMPLEMENT_OPTIONS,
  notes: [
    'Before each wave and at the end, your own git merges what pods delivered into the branch BRANCH-agents. The ' +
      "feature's branch is yours (agent-runner merge --into-branch). A failed task ends its phase, but a failed [P] " +
      'task lets its siblings go on. Ctrl-C detaches and the runs go on. Ctrl-C twice asks whether to cancel them. ' +
      'If you start it again, it continues from the state of the cluster: it starts no run twice, and repeats no ' +
      'delivered task.',
  ],
  exits: [
    '0 all is delivered',
    '1 branches conflict, or the plan stopped',
    '2 wrong input',
    '3 the cluster refused or did not answer',
    '4 a task of yours is next',
    'otherwise the highest exit code of the outcomes, as for spawn-task --follow',
    '130 detached by Ctrl-C',
  ],
  prepared: withDryRunValue,
  async run(given, terminal) {
    const { flags, positionals } = given;
    const { dryRun, settings: file } = dryRunFlags(flags);
    if (flags.events && (flags.json || dryRun)) {
      throw new InputError([`--events and ${dryRun ? '--dry-run' : '--json'} exclude each other: give one`]);
    }
    const job = await jobOf(given, oneFeature('implement', positionals), terminal);
    const chosen = clusterFlags(flags);
    if (dryRun === 'client') {
      const { settingsOf } = await import('../dry-run/settings-file.js');
      const { environment, namespace } = chosen;
      const say = (note: string) => terminal.err(`agent-runner implement: ${note}`);
      const settings = settingsOf({ file, environment, namespace, cwd: terminal.cwd }, say);
      await (await import('./implement/dry-run.js')).printDryRun(job, settings, terminal);
      return EXIT.ok;
    }
    return withRuns(chosen, terminal, async (runs, api) => {
      const settings = await runs.settings();
      if (!dryRun) return run(job, api, runs, settings, terminal);
      await (await import('./implement/dry-run.js')).printDryRun(job, settings, terminal, runs);
      return EXIT.ok;
    });
  },
});
