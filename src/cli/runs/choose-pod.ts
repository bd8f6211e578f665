import type { Pod } from '../../cluster/pod.js';
import type { Runs } from '../../cluster/runs.js';
import { age } from '../../run/age.js';
import { ANNOTATIONS, LABELS } from '../../run/metadata.js';
import { slug } from '../../run/names.js';
import { plainLine } from '../../run/printable.js';
import { InputError } from '../../run/problems.js';
import { formatTable } from '../terminal/table.js';
import { featureLabels, taskAndFeature } from './feature.js';
import { identityOf, type Own, own, type Place } from './own-feature.js';
import { newestAttempts, recordOf } from './run-record.js';

/**
 * The one run that the user gives to a command.
 * @throws InputError for none, or several
 */
export function oneRun(command: string, positionals: readonly string[]): string {
  const [wanted, ...more] = positionals;
  if (!wanted || more.length > 0) throw new InputError([`give one pod or task: ${command} <pod|task>`]);
  return wanted;
}

/** No pod matches what the user gave. */
export class NoSuchRun extends InputError {}

/**
 * The newest attempt of the one run that the user means by a pod's name (with or without its hex), or by a task, also
 * like `001-login/T003`. A task of several features is that of the feature in the user's checkout.
 * @param place where the user is
 * @throws NoSuchRun; InputError for several runs
 */
export async function choosePod(wanted: string, pods: readonly Pod[], { namespace }: Runs, place: Place): Promise<Pod> {
  const exact = pods.find(({ metadata }) => metadata.name === wanted);
  if (exact) return exact;
  const { task, feature } = taskAndFeature(wanted, place.feature);
  const labels = feature === undefined ? undefined : featureLabels(feature);
  const runs = newestAttempts(pods.filter((pod) => isOfTask(pod, task) && (!labels || isOf(pod, labels))));
  const [run, second] = runs;
  if (!run) {
    const names = pods.slice(0, 10).map(({ metadata }) => metadata.name);
    const of = place.feature === undefined ? '' : ` of feature ${place.feature}`;
    throw new NoSuchRun([
      `no run "${wanted}"${of} in namespace ${namespace}; there are: ${names.join(', ') || 'none'}`,
    ]);
  }
  if (!second) return run;
  const here = await own(place);
  const [mine, another] = runs.filter((one) => isOwn(one, labels ? { ...here, feature: undefined } : here));
  if (mine && !another) return mine;
  throw new InputError([`"${wanted}" is the task of several runs; give FEATURE/${task}, or the pod:\n${table(runs)}`]);
}

const isOfTask = ({ metadata }: Pod, task: string): boolean =>
  metadata.annotations?.[ANNOTATIONS.task]?.toLowerCase() === task.toLowerCase() ||
  `agent-${metadata.labels?.[LABELS.task]}` === task ||
  metadata.labels?.[LABELS.task] === slug(task);

const isOf = ({ metadata }: Pod, labels: readonly string[]): boolean =>
  labels.includes(metadata.labels?.[LABELS.feature] ?? '');

const isOwn = (pod: Pod, { feature, repository }: Own): boolean =>
  (!feature || isOf(pod, [feature])) &&
  (!repository || identityOf(pod.metadata.annotations?.[ANNOTATIONS.repository]) === repository);

function table(pods: readonly Pod[]): string {
  const rows = pods
    .map(recordOf)
    .map(({ task, feature, repository, created, createdBy, state, pod }) => [
      task,
      feature,
      repository,
      created ? age(Date.now() - Date.parse(created)) : '',
      createdBy ?? '',
      state,
      pod,
    ]);
  const head = ['TASK', 'FEATURE', 'REPOSITORY', 'AGE', 'CREATED BY', 'STATE', 'POD'];
  return formatTable([head, ...rows.map((row) => row.map(plainLine))]);
}
