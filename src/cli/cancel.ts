import { runState } from '../cluster/run-state.js';
import { hasNode } from '../cluster/runs.js';
import { choosePod, oneRun } from './choose-pod.js';
import { withRuns } from './cluster.js';
import { CLUSTER_OPTIONS, clusterFlags } from './cluster-options.js';
import { command } from './command.js';
import { commandLine } from './command-line.js';
import { EXIT, type Terminal } from './terminal.js';

const HELP = `Ends a run: its work in progress is saved, and the pod, its log and its result stay.

Usage:
  agent-runner cancel <pod|task> [--now] [-n NAMESPACE | --env NAME] [--context NAME] [--kubeconfig FILE]

Flags:
  --now   delete the pod: the work is saved as well, but the log and the result are gone

A run that has ended is left as it is. The pod of one that has no node yet is deleted.`;

export const CANCEL_OPTIONS = { ...CLUSTER_OPTIONS, now: { type: 'boolean' } } as const;

/** `agent-runner cancel`. Returns the exit code. */
export function cancel(args: readonly string[], given: Terminal): Promise<number> {
  return command(
    { name: 'agent-runner cancel', help: HELP, options: CANCEL_OPTIONS },
    args,
    given,
    async ({ flags, positionals }, terminal) => {
      const wanted = oneRun('agent-runner cancel', positionals);
      return withRuns(clusterFlags(flags), terminal, async (runs) => {
        const [pods, user] = await Promise.all([runs.all(), runs.whoAmI()]);
        const pod = choosePod(wanted, pods, runs);
        const { name } = pod.metadata;
        const state = runState(pod);
        if (state.phase === 'ended') {
          terminal.out(`${name} has ended already: ${state.outcome}`);
          return EXIT.ok;
        }
        const now = flags.now === true;
        await runs.cancel(pod, user ?? 'somebody', now);
        terminal.out(`${name} ${hasNode(pod) ? ends(name, runs.flags, now) : 'is deleted; it had not been started'}`);
        return EXIT.ok;
      });
    },
  );
}

const ends = (name: string, flags: readonly string[], now: boolean): string =>
  now
    ? 'is deleted; its work in progress is pushed to its branch before it ends'
    : `is cancelled; it saves its work and ends: ${commandLine('tail-logs', name, ...flags)}`;
