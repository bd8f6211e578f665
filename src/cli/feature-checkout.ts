import { dirname, relative } from 'node:path';
import { checkContextPath } from '../run/input.js';
import { InputError } from '../run/problems.js';
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
 * The checkout that a task list is in.
 * @param flags `--repo` and `--branch` stand in for what is checked out
 * @throws InputError when it is in none, or has no upstream
 */
export async function checkoutOf(path: string, { repo, branch }: Options['flags']): Promise<FeatureCheckout> {
  const top = await new UserGit(dirname(path)).run('rev-parse', '--show-toplevel');
  const git = new UserGit(top);
  const given = { ...(repo && { repo: String(repo) }), ...(branch && { branch: String(branch) }) };
  const upstream = await upstreamOf(git, given);
  const list = insideOf(top, path);
  return { git, upstream, list, contextPath: checkContextPath(dirname(list)) };
}

function insideOf(top: string, path: string): string {
  const inside = relative(top, path);
  if (!inside.startsWith('..')) return inside;
  throw new InputError([`${path} is not in the repository ${top}; start the command in the checkout of the feature`]);
}
