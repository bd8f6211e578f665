import type { Api } from '../cluster/api.js';
import { ClusterError } from '../cluster/errors.js';
import { eventsOf, seenAt } from '../cluster/events.js';
import type { Pod } from '../cluster/pod.js';
import type { Runs } from '../cluster/runs.js';
import { age } from '../run/age.js';
import { readTimedLog } from '../run/log-steps.js';
import { plainLine } from '../run/printable.js';
import { choosePod, oneRun } from './choose-pod.js';
import { withRuns } from './cluster.js';
import { CLUSTER_OPTIONS, clusterFlags } from './cluster-options.js';
import { command } from './command.js';
import { describeRun } from './describe-run.js';
import { recordOf } from './run-record.js';
import { formatTable } from './table.js';
import { EXIT, type Terminal } from './terminal.js';

const HELP = `Shows everything about a run: where it stands, its result, its events, its steps, the end of its log.

Usage:
  agent-runner describe <pod|task> [-n NAMESPACE | --env NAME] [--context NAME] [--kubeconfig FILE]

Examples:
  agent-runner describe T003
  agent-runner describe agent-t003-0a1b2c3d4e-1 -n agent-runner-dev

A task stands for its newest attempt; a pod's name may be given without its hex. For programs: agent-runner ps -o json.
Exit codes: 0 however the run ended; 2 wrong input; 3 the cluster refused or did not answer.`;

export const DESCRIBE_OPTIONS = CLUSTER_OPTIONS;

/** Lines of the log that are shown. */
const LINES = 10;

/** `agent-runner describe`. Returns the exit code. */
export function describe(args: readonly string[], given: Terminal): Promise<number> {
  return command(
    { name: 'agent-runner describe', help: HELP, options: DESCRIBE_OPTIONS },
    args,
    given,
    async ({ flags, positionals }, terminal) => {
      const wanted = oneRun('agent-runner describe', positionals);
      return withRuns(clusterFlags(flags), terminal, async (runs, api) => {
        const pod = choosePod(wanted, await runs.all(), runs);
        const [events, log] = await Promise.all([
          orReason(eventsText(api, pod)),
          recordOf(pod).state === 'waiting' ? 'Log:   <none>' : orReason(logText(runs, pod)),
        ]);
        terminal.out([describeRun(pod, runs.flags), log, events].join('\n'));
        return EXIT.ok;
      });
    },
  );
}

/** What cannot be had is said in its place: the rest is worth showing. */
const orReason = (text: Promise<string>): Promise<string> =>
  text.catch((error) => {
    if (error instanceof ClusterError) return `(${error.message})`;
    throw error;
  });

async function eventsText(api: Api, pod: Pod): Promise<string> {
  const events = await eventsOf(api, pod);
  if (events.length === 0) return 'Events:   <none>';
  const rows = events.map((event) => {
    const ago = age(Date.now() - Date.parse(seenAt(event)));
    const often = (event.count ?? 1) > 1 ? `${ago} (x${event.count})` : ago;
    return [event.type ?? '', event.reason ?? '', often, plainLine(event.message ?? '')];
  });
  return `Events:\n${indented(formatTable([['TYPE', 'REASON', 'AGE', 'MESSAGE'], ...rows]))}`;
}

async function logText(runs: Runs, pod: Pod): Promise<string> {
  const { ended } = recordOf(pod);
  const end = ended ? Date.parse(ended) : Date.now();
  const { steps, last } = readTimedLog(await runs.log(pod.metadata.name, true), end, LINES);
  const times = steps.map(({ step, milliseconds }) => [step, age(milliseconds)]);
  return [
    times.length > 0 ? `Steps:\n${indented(formatTable(times))}` : 'Steps:   <none>',
    last.length > 0 ? `Log (its last lines):\n${indented(last.map(plainLine).join('\n'))}` : 'Log:   <none>',
  ].join('\n');
}

const indented = (text: string): string => text.replace(/^/gm, '  ');
