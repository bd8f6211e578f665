import type { Api } from '../../cluster/api.js';
import { ClusterError } from '../../cluster/errors.js';
import type { Pod } from '../../cluster/pod.js';
import type { Runs } from '../../cluster/runs.js';
import { watchPods } from '../../cluster/watch.js';
import { isOutcome, OUTCOMES } from '../../run/outcomes.js';
import { plainLine } from '../../run/printable.js';
import { InputError } from '../../run/problems.js';
import { CLUSTER_OPTIONS, clusterFlags } from '../line/cluster-options.js';
import { command } from '../line/command.js';
import { timeoutOf } from '../line/timeout-option.js';
import { chooseRuns } from '../runs/choose-runs.js';
import { withRuns } from '../runs/cluster.js';
import { FEATURE_OPTION } from '../runs/feature.js';
import type { Place } from '../runs/own-feature.js';
import { type RunRecord, recordOf } from '../runs/run-record.js';
import { EXIT, type Terminal } from '../terminal/terminal.js';

/** `agent-runner wait`. */
export const wait = command({
  name: 'wait',
  summary: 'wait for runs to end; exit with the worst outcome',
  about: 'Waits for runs to end, without their logs, and exits with the worst outcome.',
  args: '<pod|[feature/]task|feature>...',
  examples: ['agent-runner wait T003 T004 && git fetch', 'agent-runner wait 001-login --timeout 30m'],
  options: {
    for: {
      type: 'string',
      values: ['ended', 'delivered'],
      default: 'ended',
      description: 'ended: until all have ended; delivered: the same, but return as soon as one ends in another way',
    },
    timeout: {
      type: 'string',
      placeholder: 'DURATION',
      description:
        'give up after this: 90s, 30m, 1h30m; 0 checks once. Default: no limit; a run that has a node ends at its ' +
        'deadline',
    },
    ...FEATURE_OPTION,
    ...CLUSTER_OPTIONS,
  },
  notes: ['A task stands for its newest attempt at the time when the command starts, a feature for all of its runs.'],
  exits: [
    '0 all delivered, otherwise the highest exit code of the outcomes, as for spawn-task --follow',
    '1 timed out',
    '2 wrong input',
    '3 the cluster refused or did not answer, or a pod was deleted before it had ended',
  ],
  run({ flags, positionals }, terminal) {
    if (positionals.length === 0 && flags.feature === undefined) {
      throw new InputError(['give pods, tasks or features: agent-runner wait <pod|task|feature>...']);
    }
    const place = { ...terminal, feature: flags.feature };
    const timeout = flags.timeout === undefined ? undefined : timeoutOf(flags.timeout);
    return withRuns(clusterFlags(flags), terminal, (runs, api) =>
      waitFor({ api, runs, wanted: positionals, place, deliveredOnly: flags.for === 'delivered', timeout }, terminal),
    );
  },
});

interface Wait {
  readonly api: Api;
  readonly runs: Runs;
  readonly wanted: readonly string[];
  readonly place: Place;
  readonly deliveredOnly: boolean;
  /** In milliseconds. */
  readonly timeout: number | undefined;
}

async function waitFor(
  { api, runs, wanted, place, deliveredOnly, timeout }: Wait,
  terminal: Terminal,
): Promise<number> {
  const over = new AbortController();
  const timer = timeout ? setTimeout(() => over.abort(), timeout) : undefined;
  let waited: Map<string, RunRecord> | undefined;
  const codes: number[] = [];
  try {
    for await (const change of watchPods(api, { namespace: runs.namespace, signal: over.signal })) {
      const pods = change.type === 'listed' ? change.pods : [change.pod];
      waited ??= new Map((await chooseRuns(wanted, pods, runs, place)).map((pod) => [keyOf(pod), recordOf(pod)]));
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

/** The uid, because another pod can take a name as soon as its pod is deleted. */
const keyOf = ({ metadata }: Pod): string => metadata.uid ?? metadata.name;

/** @throws ClusterError when a pod that is waited for was deleted, or is not in the list of all pods */
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
