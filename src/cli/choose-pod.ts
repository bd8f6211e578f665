import type { Pod } from '../cluster/pod.js';
import { newestFirst, type Runs } from '../cluster/runs.js';
import { ANNOTATIONS, LABELS } from '../run/metadata.js';
import { slug } from '../run/names.js';
import { InputError } from '../run/problems.js';

/**
 * The one run that a command is told.
 * @throws InputError for none, or several
 */
export function oneRun(command: string, positionals: readonly string[]): string {
  const [wanted, ...more] = positionals;
  if (!wanted || more.length > 0) throw new InputError([`give one pod or task: ${command} <pod|task>`]);
  return wanted;
}

/** No pod is what the user means. */
export class NoSuchRun extends InputError {}

/**
 * The newest attempt of the one run that the user means by a pod's name (with or without its hex) or a task.
 * @throws NoSuchRun; InputError for several runs
 */
export function choosePod(wanted: string, pods: readonly Pod[], { namespace }: Runs): Pod {
  const exact = pods.find(({ metadata }) => metadata.name === wanted);
  if (exact) return exact;
  const matches = pods.filter(
    ({ metadata }) =>
      metadata.annotations?.[ANNOTATIONS.task] === wanted ||
      `agent-${metadata.labels?.[LABELS.task]}` === wanted ||
      metadata.labels?.[LABELS.task] === slug(wanted),
  );
  const runIds = new Set(matches.map(({ metadata }) => metadata.labels?.[LABELS.run]));
  const names = (list: readonly Pod[]) => list.map(({ metadata }) => metadata.name).join(', ') || 'none';
  const [newest] = newestFirst(matches);
  if (!newest) {
    throw new NoSuchRun([`no run "${wanted}" in namespace ${namespace}; there are: ${names(pods.slice(0, 10))}`]);
  }
  if (runIds.size > 1)
    throw new InputError([`"${wanted}" is the task of several runs: ${names(matches)}; give the pod`]);
  return newest;
}
