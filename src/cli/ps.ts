import type { Api } from '../cluster/api.js';
import { listPods, whereIs } from '../cluster/list.js';
import { watchPods } from '../cluster/watch.js';
import { LABELS } from '../run/metadata.js';
import { slug } from '../run/names.js';
import { InputError } from '../run/problems.js';
import { withRuns } from './cluster.js';
import { CLUSTER_OPTIONS, clusterFlags } from './cluster-options.js';
import { command } from './command.js';
import type { OptionSpec, Options } from './options.js';
import { PsPrinter, type PsView } from './ps-printer.js';
import { newestAttempts, recordOf, runKey } from './run-record.js';
import { EXIT, type Terminal } from './terminal.js';

const HELP = `Lists runs: the newest attempt of each.

Usage:
  agent-runner ps [--feature NAME] [--all-attempts] [-o FORMAT] [-w] [-n NAMESPACE | -A] [--context NAME]

Examples:
  agent-runner ps
  agent-runner ps --feature 001-login --watch
  agent-runner ps -o json | jq -r '.items[] | select(.state == "delivered") | .branch'

Flags:
  --feature NAME         runs of one feature: the name of its directory, or its branch
  --all-attempts         older attempts of a run, too
  -A, --all-namespaces   runs of every namespace
  -o, --output FORMAT    wide: also attempt, egress, who spawned it, and why it waits or how it ended
                         json: {kind: RunList, items}; yaml: the same; name: pod/NAME
  -w, --watch            then a line for each change, until Ctrl-C; with -o json an object a line, without a list
  --no-headers           the table without its first line
  -n, --namespace NS     (env NAMESPACE); else --env NAME (env ENVIRONMENT), else your context's namespace
  --context NAME, --kubeconfig FILE   as for kubectl
  -h, --help; --version

STATE is waiting, running, or the outcome of a run that has ended.
Exit codes: 0 also when there is none; 2 wrong input; 3 the cluster refused or did not answer.`;

export const PS_OPTIONS = {
  ...CLUSTER_OPTIONS,
  feature: { type: 'string' },
  'all-attempts': { type: 'boolean' },
  'all-namespaces': { type: 'boolean', short: 'A' },
  output: { type: 'string', short: 'o', values: ['wide', 'json', 'yaml', 'name'] },
  watch: { type: 'boolean', short: 'w' },
  'no-headers': { type: 'boolean' },
} as const satisfies Record<string, OptionSpec>;

/** `agent-runner ps`. Returns the exit code. */
export function ps(args: readonly string[], given: Terminal): Promise<number> {
  return command(
    { name: 'agent-runner ps', help: HELP, options: PS_OPTIONS },
    args,
    given,
    async ({ flags, positionals }, terminal) => {
      if (positionals.length > 0) {
        throw new InputError([
          `ps takes no arguments, but "${positionals.join(' ')}"; for one run: agent-runner describe`,
        ]);
      }
      const selector = selectorOf(flags);
      const everywhere = flags['all-namespaces'] === true;
      const chosen = clusterFlags(flags);
      // Where every namespace is meant, none has to be named.
      const given = everywhere ? { ...chosen, namespace: chosen.namespace ?? 'default' } : chosen;
      return withRuns(given, terminal, async (runs, api) => {
        const view = viewOf(flags, everywhere);
        const which = { namespace: everywhere ? undefined : runs.namespace, selector };
        const printer = new PsPrinter(view, terminal);
        if (flags.watch) await watch(api, which, printer, flags['all-attempts'] === true);
        else {
          const { pods } = await listPods(api, which.namespace, which.selector);
          await printer.list(
            (flags['all-attempts'] ? pods : newestAttempts(pods)).map(recordOf),
            whereIs(which.namespace),
          );
        }
        return EXIT.ok;
      });
    },
  );
}

/** The label is of the directory's name, else of the whole branch: both are what a user may call the feature. */
function selectorOf({ feature }: Options['flags']): string | undefined {
  if (typeof feature !== 'string') return undefined;
  const directory = feature.replace(/\/+$/, '').split('/').pop() ?? '';
  if (directory === '') throw new InputError(['--feature is empty; give the name of a feature, like 001-login']);
  return `${LABELS.feature} in (${[...new Set([feature, directory].map(slug))].join(',')})`;
}

const viewOf = (flags: Options['flags'], everywhere: boolean): PsView => ({
  output: (flags.output as PsView['output']) ?? 'table',
  headers: flags['no-headers'] !== true,
  namespaces: everywhere,
});

/** Ends by the user's Ctrl-C, or by an error. */
async function watch(
  api: Api,
  which: { readonly namespace: string | undefined; readonly selector: string | undefined },
  printer: PsPrinter,
  allAttempts: boolean,
): Promise<void> {
  const newest = new Map<string, number>();
  for await (const change of watchPods(api, which)) {
    const pods = change.type === 'listed' ? change.pods : [change.pod];
    const shown = (allAttempts ? pods : newestAttempts(pods)).flatMap((pod) => {
      const record = recordOf(pod);
      const key = runKey(pod);
      if (!allAttempts && record.attempt < (newest.get(key) ?? 0)) return [];
      newest.set(key, record.attempt);
      return [change.type === 'deleted' ? { ...record, message: 'deleted' } : record];
    });
    await printer.changes(shown);
  }
}
