import { slug } from '../../run/names.js';
import { InputError } from '../../run/problems.js';
import type { OptionSpecs } from '../line/options.js';

/** For commands that take tasks. */
export const FEATURE_OPTION = {
  feature: {
    type: 'string',
    placeholder: 'NAME',
    description: "the feature of the tasks: its directory's name, or its branch; default: that of your checkout",
  },
} as const satisfies OptionSpecs;

/**
 * Labels that the runs of a feature may have: its directory's name, or the whole branch if there is no directory.
 * @throws InputError when it is empty
 */
export function featureLabels(feature: string): string[] {
  const directory = feature.replace(/\/+$/, '').split('/').pop() ?? '';
  if (directory === '') throw new InputError(['--feature is empty; give the name of a feature, like 001-login']);
  return [...new Set([feature, directory].map(slug))];
}

/**
 * A task as the user names it, like `T003` or `001-login/T003`.
 * @param named the feature that the user has named besides
 * @throws InputError for another feature than that
 */
export function taskAndFeature(
  word: string,
  named: string | undefined,
): { readonly task: string; readonly feature: string | undefined } {
  const at = word.lastIndexOf('/');
  const [task, feature] = [word.slice(at + 1), at < 0 ? named : word.slice(0, at)];
  if (
    named !== undefined &&
    feature !== undefined &&
    !featureLabels(feature).some((one) => featureLabels(named).includes(one))
  )
    throw new InputError([`the feature is given twice: ${named} and ${word}`]);
  return { task, feature };
}
