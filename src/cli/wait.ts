import type { Api } from '../cluster/api.js';
import { ClusterError } from '../cluster/errors.js';
import type { Pod } from '../cluster/pod.js';
import type { Runs } from '../cluster/runs.js';
import { watchPods } from '../cluster/watch.js';
import { isOutcome, OUTCOMES } from '../run/outcomes.js';
import { plainLine } from '../run/printable.js';
import { InputError } from '../run/problems.js';
import { choosePod } from './choose-pod.js';
import { withRuns } from './cluster.js';
import { CLUSTER_OPTIONS, clusterFlags } from './cluster-options.js';
import { command } from './command.js';
import type { OptionSpec } from './options.js';
import { type RunRecord, recordOf } from './run-record.js';
import { EXIT, type Terminal } from './terminal.js';
import { timeoutOf } from './timeout-option.js';

const HELP = `Waits for runs to end, without their logs, and exits with the worst outcome.

Usage:
  agent-runner wait <pod|task>... [--for ended|delivered] [--timeout DURATION] [-n NAMESPACE | --env NAME]

Examples:
  agent-runner wait T003 T004 && git fetch
  agent-runner wait T003 --timeout 30m

Flags:
  --for ended           until all have ended (default)
  --for delivered       the same, but back at once when one has ended in another way
  --timeout DURATION    give up after this: 90s, 30m, 1h30m; 0 looks once. Default: none, a run's deadline ends it
                        once it has a node
  --context NAME, --kubeconfig FILE   as for kubectl

A task stands for the attempt that is its newest when the command starts.
Exit codes: 0 all delivered; else the highest of the outcomes', as of spawn-task --follow; 1 the time was over;
2 wrong input; 3 the cluster refused or did not answer, or a pod was deleted before it had ended.`;

export const WAIT_OPTIONS = {
  ...CLUSTER_OPTIONS,
  for: { type: 'string', values: ['ended', 'delivered'] },
  timeout: { type: 'string' },
} as const satisfies Record<string, OptionSpec>;

/** `agent-runner wait`. Returns the exit code. */
export function wait(args: readonly string[], given: Terminal): Promise<number> {
  return command(
    { name: 'agent-runner wait', help: HELP, options: WAIT_OPTIONS },
    args,
    given,
    async ({ flags, positionals }, terminal) => {
      if (positionals.length === 0) throw new InputError(['give pods or tasks: agent-runner wait <pod|task>...']);
      const given = flags.timeout as string | undefined;
      const timeout = given === undefined ? undefined : timeoutOf(given);
      return withRuns(clusterFlags(flags), terminal, (runs, api) =>
        waitFor({ api, runs, wanted: positionals, deliveredOnly: flags.for === 'delivered', timeout }, terminal),
      );
    },
  );
}

interface Wait {
  readonly api: Api;
  readonly runs: Runs;
  readonly wanted: readonly string[];
  readonly deliveredOnly: boolean;
  /** In milliseconds. */
  readonly timeout: number | undefined;
}

async function waitFor({ api, runs, wanted, deliveredOnly, timeout }: Wait, terminal: Terminal): Promise<number> {
  const over = new AbortController();
  const timer = timeout ? setTimeout(() => over.abort(), timeout) : undefined;
  let waited: Map<string, RunRecord> | undefined;
  const codes: number[] = [];
  try {
    for await (const change of watchPods(api, { namespace: runs.namespace, signal: over.signal })) {
      const pods = change.type === 'listed' ? change.pods : [change.pod];
      waited ??= chosen(wanted, pods, runs);
      for (const pod of pods) {
        const record = recordOf(pod);
        if (!waited.has(keyOf(pod)) || !isOutcome(record.state)) continue;
        waited.delete(keyOf(pod));
        codes.push(OUTCOMES[record.state].exitCode);
        terminal.out(`${record.pod} ${record.state}: ${plainLine(record.message ?? '')}`);
      }
      refuseDeleted(waited, change.type === 'listed' ? pods : undefined, change.type === 'deleted' ? pods : []);
      const failed = deliveredOnly && codes.some((code) => code !== 0);
      if (waited.size === 0 || failed) return Math.max(...codes);
      if (timeout === 0) break;
    }
  } finally {
    clearTimeout(timer);
  }
  const left = waited
    ? [...waited.values()].map(({ pod, state }) => `${pod} (${state})`).join(', ')
    : wanted.join(', ');
  terminal.err(`agent-runner wait: timed out waiting for ${left}; they go on`);
  return EXIT.unexpected;
}

/** A name is free for another pod as soon as its own is deleted. */
const keyOf = ({ metadata }: Pod): string => metadata.uid ?? metadata.name;

function chosen(wanted: readonly string[], pods: readonly Pod[], runs: Runs): Map<string, RunRecord> {
  return new Map(wanted.map((name) => choosePod(name, pods, runs)).map((pod) => [keyOf(pod), recordOf(pod)]));
}

/** @throws ClusterError when a pod that is waited for is not among all of them, or was deleted */
function refuseDeleted(
  waited: ReadonlyMap<string, RunRecord>,
  all: readonly Pod[] | undefined,
  deleted: readonly Pod[],
): void {
  const there = all && new Set(all.map(keyOf));
  const gone = new Set(deleted.map(keyOf));
  for (const [key, { pod, namespace }] of waited) {
    if (!gone.has(key) && (there?.has(key) ?? true)) continue;
    throw new ClusterError(
      `pod ${pod} in namespace ${namespace} was deleted before it had ended; its work may be on its branch`,
    );
  }
}
