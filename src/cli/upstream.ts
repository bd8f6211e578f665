import { InputError } from '../run/problems.js';
import type { UserGit } from './user-git.js';

/** The remote branch that a checkout belongs to. */
export interface Upstream {
  readonly repository: string;
  readonly branch: string;
}

/**
 * What the user gives, else the upstream of the branch that is checked out.
 * @throws InputError when neither says it
 */
export async function upstreamOf(git: UserGit, given: { repo?: string; branch?: string }): Promise<Upstream> {
  const current = await git.try('symbolic-ref', '--short', '--quiet', 'HEAD');
  const remote = current && (await git.try('config', `branch.${current}.remote`));
  const merged = current && (await git.try('config', `branch.${current}.merge`));
  const branch = given.branch ?? merged?.replace('refs/heads/', '');
  const repository = given.repo ?? (await git.try('remote', 'get-url', remote || 'origin'));
  const problems = [
    ...(branch ? [] : ['no branch: give --branch, or check one out that has an upstream (git push -u origin BRANCH)']),
    ...(repository ? [] : ['no repository: give --repo, or add a remote to this checkout']),
  ];
  if (!branch || !repository) throw new InputError(problems);
  return { repository, branch };
}
