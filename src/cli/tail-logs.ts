import type { Pod } from '../cluster/pod.js';
import { attemptOf, type Runs } from '../cluster/runs.js';
import { ANNOTATIONS, LABELS } from '../run/metadata.js';
import { slug } from '../run/names.js';
import { OUTCOMES } from '../run/outcomes.js';
import { InputError } from '../run/problems.js';
import { withRuns } from './cluster.js';
import { CLUSTER_OPTIONS, clusterFlags } from './cluster-options.js';
import { followPod } from './follow.js';
import { parseOptions } from './options.js';

import { EXIT, guarded, type Terminal } from './terminal.js';
import { VERSION } from './version.js';

const HELP = `Streams the log of a run to its end and exits with its outcome.

Usage:
  tail-logs <pod|task> [-n NAMESPACE | --env NAME] [--context NAME] [--kubeconfig FILE]

Examples:
  tail-logs T003
  tail-logs agent-t003-0a1b2c3d4e-1 -n agent-runner-dev
  NAMESPACE=agent-runner-prod tail-logs agent-t003

A task stands for its newest attempt; a pod's name may be given without its hex.
Exit codes: as spawn-task --follow.`;

/** `tail-logs`: follows one run. Returns the exit code. */
export function tailLogs(args: readonly string[], terminal: Terminal): Promise<number> {
  return guarded('tail-logs', terminal, async () => {
    const { flags, positionals } = parseOptions(args, CLUSTER_OPTIONS, terminal.env);
    if (flags.help || flags.version) {
      terminal.out(flags.help ? HELP : VERSION);
      return EXIT.ok;
    }
    const [wanted, ...more] = positionals;
    if (!wanted || more.length > 0) throw new InputError(['give one pod or task: tail-logs <pod|task>']);
    return withRuns(clusterFlags(flags), async (runs, api) => {
      const name = choosePod(wanted, await runs.all(), runs);
      return OUTCOMES[(await followPod(api, runs, name, terminal)).outcome].exitCode;
    });
  });
}

/** The newest attempt of the one run that the user means. */
function choosePod(wanted: string, pods: readonly Pod[], { namespace }: Runs): string {
  const exact = pods.find(({ metadata }) => metadata.name === wanted);
  if (exact) return exact.metadata.name;
  const matches = pods.filter(
    ({ metadata }) =>
      metadata.annotations?.[ANNOTATIONS.task] === wanted ||
      `agent-${metadata.labels?.[LABELS.task]}` === wanted ||
      metadata.labels?.[LABELS.task] === slug(wanted),
  );
  const runIds = new Set(matches.map(({ metadata }) => metadata.labels?.[LABELS.run]));
  const names = (list: readonly Pod[]) => list.map(({ metadata }) => metadata.name).join(', ') || 'none';
  if (runIds.size === 0) {
    throw new InputError([`no run "${wanted}" in namespace ${namespace}; there are: ${names(pods.slice(0, 10))}`]);
  }
  if (runIds.size > 1)
    throw new InputError([`"${wanted}" is the task of several runs: ${names(matches)}; give the pod`]);
  const [newest] = [...matches].sort((a, b) => attemptOf(b) - attemptOf(a));
  return newest?.metadata.name ?? '';
}
