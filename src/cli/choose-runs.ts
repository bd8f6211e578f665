import type { Pod } from '../cluster/pod.js';
import { runState } from '../cluster/run-state.js';
import type { Runs } from '../cluster/runs.js';
import { LABELS } from '../run/metadata.js';
import { slug } from '../run/names.js';
import { InputError } from '../run/problems.js';
import { choosePod } from './choose-pod.js';
import { newestAttempts } from './run-record.js';

/**
 * The runs that the user means, each by its newest attempt: pods, tasks or features; without a word those that are alive.
 * @throws InputError for a word that fits no run, or fits a task of several runs
 */
export function chooseRuns(words: readonly string[], pods: readonly Pod[], runs: Runs): Pod[] {
  if (words.length === 0) {
    const alive = pods.filter((pod) => runState(pod).phase !== 'ended');
    if (alive.length > 0) return alive;
    throw new InputError([`no run is alive in namespace ${runs.namespace}; name one: tail-logs <pod|task|feature>`]);
  }
  const chosen = words.flatMap((word) => {
    const feature = newestAttempts(pods.filter(({ metadata }) => metadata.labels?.[LABELS.feature] === slug(word)));
    return feature.length > 0 ? feature : [choosePod(word, pods, runs)];
  });
  return [...new Map(chosen.map((pod) => [pod.metadata.name, pod])).values()];
}
