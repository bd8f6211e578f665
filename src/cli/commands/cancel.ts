import { runState } from '../../cluster/run-state.js';
import { hasNode } from '../../cluster/runs.js';
import { CLUSTER_OPTIONS, clusterFlags } from '../line/cluster-options.js';
import { command } from '../line/command.js';
import { commandLine } from '../line/command-line.js';
import { choosePod, oneRun } from '../runs/choose-pod.js';
import { withRuns } from '../runs/cluster.js';
import { FEATURE_OPTION } from '../runs/feature.js';
import { EXIT } from '../terminal/terminal.js';

/** `agent-runner cancel`. */
export const cancel = command({
  name: 'cancel',
  summary: 'end a run; its work in progress is saved',
  about: 'Ends a run: its work in progress is saved, and the pod, its log and its result stay.',
  args: '<pod|[feature/]task>',
  examples: ['agent-runner cancel T003', 'agent-runner cancel agent-t003-0a1b2c3d4e-1 --now'],
  options: {
    now: { type: 'boolean', description: 'delete the pod: its work is saved too, but its log and result are lost' },
    ...FEATURE_OPTION,
    ...CLUSTER_OPTIONS,
  },
  notes: ['A run that has ended stays as it is. If a run has no node yet, its pod is deleted.'],
  exits: ['0 the run is ending, or has ended', '2 wrong input', '3 the cluster refused or did not answer'],
  run({ flags, positionals }, terminal) {
    const wanted = oneRun('agent-runner cancel', positionals);
    return withRuns(clusterFlags(flags), terminal, async (runs) => {
      const [pods, user] = await Promise.all([runs.all(), runs.whoAmI()]);
      const pod = await choosePod(wanted, pods, runs, { ...terminal, feature: flags.feature });
      const { name } = pod.metadata;
      const state = runState(pod);
      if (state.phase === 'ended') {
        terminal.out(`${name} has ended already: ${state.outcome}`);
        return EXIT.ok;
      }
      await runs.cancel(pod, user ?? 'somebody', flags.now);
      const what = hasNode(pod) ? ends(name, runs.flags, flags.now) : 'is deleted; it had not started';
      terminal.out(`${name} ${what}`);
      return EXIT.ok;
    });
  },
});

const ends = (name: string, flags: readonly string[], now: boolean): string =>
  now
    ? 'is deleted; its work in progress is pushed to its branch before it ends'
    : `is cancelled; it saves its work and ends: ${commandLine('tail-logs', name, ...flags)}`;
