import type { Pod } from '../../cluster/pod.js';
import { runState } from '../../cluster/run-state.js';
import type { Runs } from '../../cluster/runs.js';
import { LABELS } from '../../run/metadata.js';
import { slug } from '../../run/names.js';
import { InputError } from '../../run/problems.js';
import { choosePod } from './choose-pod.js';
import { featureLabels } from './feature.js';
import type { Place } from './own-feature.js';
import { newestAttempts } from './run-record.js';

/**
 * The runs for the user's words: pods, tasks or features, each with its newest attempt. Without a word, the runs of the
 * feature that the user has named. Without either, all runs that are alive.
 * @throws InputError for a word that matches no run, or a task of several runs
 */
export async function chooseRuns(
  words: readonly string[],
  pods: readonly Pod[],
  runs: Runs,
  place: Place,
): Promise<Pod[]> {
  const ofFeature = (labels: readonly string[]) =>
    newestAttempts(pods.filter(({ metadata }) => labels.includes(metadata.labels?.[LABELS.feature] ?? '')));
  if (words.length === 0 && place.feature !== undefined) {
    const all = ofFeature(featureLabels(place.feature));
    if (all.length > 0) return all;
    throw new InputError([`no run of feature ${place.feature} in namespace ${runs.namespace}`]);
  }
  if (words.length === 0) {
    const alive = pods.filter((pod) => runState(pod).phase !== 'ended');
    if (alive.length > 0) return alive;
    throw new InputError([`no run is alive in namespace ${runs.namespace}; name a pod, a task or a feature`]);
  }
  const chosen = await Promise.all(
    words.map(async (word) => {
      const feature = ofFeature([slug(word)]);
      return feature.length > 0 ? feature : [await choosePod(word, pods, runs, place)];
    }),
  );
  return [...new Map(chosen.flat().map((pod) => [pod.metadata.name, pod])).values()];
}
