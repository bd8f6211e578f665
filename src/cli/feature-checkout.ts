import { dirname, relative } from 'node:path';
import { checkContextPath } from '../run/input.js';
import type { Options } from './options.js';
import { type Upstream, upstreamOf } from './upstream.js';
import { UserGit } from './user-git.js';

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
 * The checkout that the user is in, which has to be that of the task list.
 * @param cwd where the user is
 * @param given whether the user has named the task list
 * @param flags `--repo` and `--branch` stand in for what is checked out
 * @throws InputError when it is in none, or has no upstream
 */
export async function checkoutOf(
  path: string,
  cwd: string,
  given: boolean,
  { repo, branch }: Options['flags'],
): Promise<FeatureCheckout> {
  const git = UserGit.of(cwd, dirname(path), path, given);
  await git.check();
  const told = { ...(repo && { repo: String(repo) }), ...(branch && { branch: String(branch) }) };
  const upstream = await upstreamOf(git, told);
  const list = relative(git.top, path);
  return { git, upstream, list, contextPath: checkContextPath(dirname(list)) };
}
