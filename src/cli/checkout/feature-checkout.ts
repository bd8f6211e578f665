import { dirname, relative } from 'node:path';
import { checkContextPath } from '../../run/input.js';
import { UserGit } from '../git/user-git.js';
import type { Flags, OptionSpecs } from '../line/options.js';
import { type Upstream, upstreamOf } from './upstream.js';

/** Options that override what is checked out. */
export const UPSTREAM_OPTIONS = {
  branch: {
    type: 'string',
    placeholder: 'B',
    description: "the feature's branch; default: the upstream of the branch that is checked out",
  },
  repo: {
    type: 'string',
    placeholder: 'R',
    description: "the feature's repository; default: that of the upstream",
  },
} as const satisfies OptionSpecs;

/** The user's checkout of a feature. */
export interface FeatureCheckout {
  readonly git: UserGit;
  readonly upstream: Upstream;
  /** The task list, relative to the repository. */
  readonly list: string;
  /** The feature's directory, relative to the repository; undefined for its top. */
  readonly contextPath: string | undefined;
}

/**
 * The checkout that the user is in. It must be the one that has the task list.
 * @param cwd where the user is
 * @param given whether the user has named the task list
 * @param flags `--repo` and `--branch` override what is checked out
 * @throws InputError when the task list is not in it, or it has no upstream
 */
export async function checkoutOf(
  path: string,
  cwd: string,
  given: boolean,
  { repo, branch }: Flags<typeof UPSTREAM_OPTIONS>,
): Promise<FeatureCheckout> {
  const git = UserGit.of(cwd, dirname(path), path, given);
  await git.check();
  const told = { ...(repo && { repo }), ...(branch && { branch }) };
  const upstream = await upstreamOf(git, told);
  const list = relative(git.top, path);
  return { git, upstream, list, contextPath: checkContextPath(dirname(list)) };
}
