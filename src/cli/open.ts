import type { Pod } from '../cluster/pod.js';
import { CONTAINER } from '../run/metadata.js';
import { toJson } from '../run/printable.js';
import { webUrls } from '../run/web-urls.js';
import { choosePod, oneRun } from './choose-pod.js';
import { withRuns } from './cluster.js';
import { CLUSTER_OPTIONS, clusterFlags } from './cluster-options.js';
import { command } from './command.js';
import type { OptionSpec } from './options.js';
import { type RunRecord, recordOf } from './run-record.js';
import { EXIT, type Terminal } from './terminal.js';

const HELP = `Prints the URLs of a run's branch and of what it adds to its base. It opens no browser.

Usage:
  agent-runner open <pod|task> [-o json] [-n NAMESPACE | --env NAME] [--context NAME] [--kubeconfig FILE]

Examples:
  agent-runner open T003
  xdg-open "$(agent-runner open T003 -o json | jq -r .compare)"

Flags:
  -o, --output json   one line {branch, compare}

The branch is where the work is: the task's own, or the one on which a run saved what it could not deliver.
The URLs are those of GitHub, GitLab, Gitea, Forgejo and Bitbucket; a host of another name is taken for GitHub Enterprise.
Exit codes: 0; 2 wrong input; 3 the cluster refused or did not answer.`;

export const OPEN_OPTIONS = {
  ...CLUSTER_OPTIONS,
  output: { type: 'string', short: 'o', values: ['json'] },
} as const satisfies Record<string, OptionSpec>;

/** `agent-runner open`. Returns the exit code. */
export function open(args: readonly string[], given: Terminal): Promise<number> {
  return command(
    { name: 'agent-runner open', help: HELP, options: OPEN_OPTIONS },
    args,
    given,
    async ({ flags, positionals }, terminal) => {
      const wanted = oneRun('agent-runner open', positionals);
      return withRuns(clusterFlags(flags), terminal, async (runs) => {
        const pod = choosePod(wanted, await runs.all(), runs);
        const record = recordOf(pod);
        const branch = record.result?.salvage?.pushed ? record.result.salvage.branch : record.branch;
        const urls = webUrls(record.repository, branch, baseOf(pod, record));
        if (flags.output === 'json') terminal.out(toJson(urls));
        else
          terminal.out([`branch:   ${urls.branch}`, ...(urls.compare ? [`compare:  ${urls.compare}`] : [])].join('\n'));
        const pushed = record.state === 'delivered' || record.result?.salvage?.pushed;
        if (!pushed) terminal.err(`the run is ${record.state}: its branch may not be there`);
        return EXIT.ok;
      });
    },
  );
}

/** What the task started from: as it was given, else the feature's branch, else the commit that the run found. */
function baseOf(pod: Pod, { branch, result }: RunRecord): string | undefined {
  const env = pod.spec?.containers?.find(({ name }) => name === CONTAINER)?.env ?? [];
  const [base, feature] = ['GIT_BASE', 'GIT_BRANCH'].map((name) => env.find((one) => one.name === name)?.value);
  return base || (feature !== branch && feature) || result?.baseCommit;
}
