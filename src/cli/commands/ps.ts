import type { Api } from '../../cluster/api.js';
import { listPods, whereIs } from '../../cluster/list.js';
import { watchPods } from '../../cluster/watch.js';
import { LABELS } from '../../run/metadata.js';
import { CLUSTER_OPTIONS, clusterFlags } from '../line/cluster-options.js';
import { command } from '../line/command.js';
import type { OptionSpecs } from '../line/options.js';
import { withRuns } from '../runs/cluster.js';
import { featureLabels } from '../runs/feature.js';
import { newestAttempts, recordOf, runKey } from '../runs/run-record.js';
import { EXIT } from '../terminal/terminal.js';
import { PsPrinter } from './ps/ps-printer.js';

const OPTIONS = {
  feature: {
    type: 'string',
    placeholder: 'NAME',
    description: 'only runs of one feature: the name of its directory, or its branch',
  },
  'all-attempts': { type: 'boolean', description: 'also list older attempts of each run' },
  'all-namespaces': { type: 'boolean', short: 'A', description: 'runs of every namespace' },
  output: {
    type: 'string',
    short: 'o',
    placeholder: 'FORMAT',
    values: ['table', 'wide', 'json', 'yaml', 'name'],
    default: 'table',
    description:
      'wide: also attempt, egress, tokens, cost, who spawned it, and why it waits or how it ended. json: ' +
      '{kind: RunList, items}; yaml: the same; name: pod/NAME',
  },
  watch: {
    type: 'boolean',
    short: 'w',
    description: 'then print a line for each change until Ctrl-C; -o json prints an object per line, and no list',
  },
  'no-headers': { type: 'boolean', description: 'leave out the header line of the table' },
  ...CLUSTER_OPTIONS,
} as const satisfies OptionSpecs;

/** `agent-runner ps`. */
export const ps = command({
  name: 'ps',
  summary: 'list runs, or watch them',
  about: 'Lists runs: the newest attempt of each.',
  args: '',
  instead: 'for one run: agent-runner describe',
  examples: [
    'agent-runner ps',
    'agent-runner ps --feature 001-login --watch',
    `agent-runner ps -o json | jq -r '.items[] | select(.state == "delivered") | .branch'`,
  ],
  options: OPTIONS,
  notes: ['STATE is waiting, running, or the outcome of a run that has ended.'],
  exits: ['0 also when there are no runs', '2 wrong input', '3 the cluster refused or did not answer'],
  run({ flags }, terminal) {
    const selector = selectorOf(flags.feature);
    const everywhere = flags['all-namespaces'];
    const chosen = clusterFlags(flags);
    // `withRuns` needs a namespace, but with -A it is not used, so any will do.
    const given = everywhere ? { ...chosen, namespace: chosen.namespace ?? 'default' } : chosen;
    return withRuns(given, terminal, async (runs, api) => {
      const view = { output: flags.output, headers: !flags['no-headers'], namespaces: everywhere };
      const which = { namespace: everywhere ? undefined : runs.namespace, selector };
      const printer = new PsPrinter(view, terminal);
      if (flags.watch) await watch(api, which, printer, flags['all-attempts']);
      else {
        const { pods } = await listPods(api, which.namespace, which.selector);
        const shown = flags['all-attempts'] ? pods : newestAttempts(pods);
        await printer.list(shown.map(recordOf), whereIs(which.namespace));
      }
      return EXIT.ok;
    });
  },
});

const selectorOf = (feature: string | undefined): string | undefined =>
  feature === undefined ? undefined : `${LABELS.feature} in (${featureLabels(feature).join(',')})`;

/** Ends with Ctrl-C, or with an error. */
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
