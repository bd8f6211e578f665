import type { Api } from '../../cluster/api.js';
import { ClusterError } from '../../cluster/errors.js';
import { eventsOf, seenAt } from '../../cluster/events.js';
import type { Pod } from '../../cluster/pod.js';
import type { Runs } from '../../cluster/runs.js';
import { age } from '../../run/age.js';
import { readTimedLog } from '../../run/log-steps.js';
import { plainLine } from '../../run/printable.js';
import { InputError } from '../../run/problems.js';
import { CLUSTER_OPTIONS, clusterFlags } from '../line/cluster-options.js';
import { command } from '../line/command.js';
import { choosePod, oneRun } from '../runs/choose-pod.js';
import { withRuns } from '../runs/cluster.js';
import { FEATURE_OPTION } from '../runs/feature.js';
import { recordOf } from '../runs/run-record.js';
import { formatTable } from '../terminal/table.js';
import { EXIT } from '../terminal/terminal.js';
import { describeRun } from './describe/describe-run.js';
import { printUrls } from './describe/urls.js';

/** Lines of the log that are shown. */
const LINES = 10;

/** `agent-runner describe`. */
export const describe = command({
  name: 'describe',
  summary: "show a run: state, result, steps, log's end, events; or its URLs",
  about: 'Shows a run: its state, its result, its steps, the end of its log and its events.',
  args: '<pod|[feature/]task>',
  examples: [
    'agent-runner describe T003',
    'agent-runner describe agent-t003-0a1b2c3d4e-1 -n agent-runner-dev',
    'xdg-open "$(agent-runner describe T003 --url -o json | jq -r .compare)"',
  ],
  options: {
    url: {
      type: 'boolean',
      description:
        "print only the URLs of the run's branch and of its comparison with the base. The branch is the task's own, " +
        'or the one on which the run saved work that it could not deliver',
    },
    output: { type: 'string', short: 'o', values: ['json'], description: 'with --url: one line {branch, compare}' },
    ...FEATURE_OPTION,
    ...CLUSTER_OPTIONS,
  },
  notes: [
    "A task stands for its newest attempt. A pod's name may be shortened, like agent-t003. Programs read " +
      'agent-runner ps -o json.',
    'describe knows the URLs of GitHub, GitLab, Gitea, Forgejo and Bitbucket. It treats a host of any other name as ' +
      'GitHub Enterprise.',
  ],
  exits: ['0 however the run ended', '2 wrong input', '3 the cluster refused or did not answer'],
  run({ flags, positionals }, terminal) {
    const wanted = oneRun('agent-runner describe', positionals);
    if (flags.output && !flags.url) {
      throw new InputError(['-o json needs --url; for the whole run as JSON: agent-runner ps -o json']);
    }
    return withRuns(clusterFlags(flags), terminal, async (runs, api) => {
      const pod = await choosePod(wanted, await runs.all(), runs, { ...terminal, feature: flags.feature });
      if (flags.url) {
        printUrls(pod, flags.output === 'json', terminal);
        return EXIT.ok;
      }
      const [events, log] = await Promise.all([
        orReason(eventsText(api, pod)),
        recordOf(pod).state === 'waiting' ? 'Log:   <none>' : orReason(logText(runs, pod)),
      ]);
      terminal.out([describeRun(pod, runs.flags), log, events].join('\n'));
      return EXIT.ok;
    });
  },
});

/** If a part cannot be read, the error takes its place, so that the other parts are still shown. */
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
