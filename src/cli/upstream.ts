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
  const current = await currentBranch(git);
  const merged = current && (await git.try('config', `branch.${current}.merge`));
  const branch = given.branch ?? merged?.replace('refs/heads/', '');
  const repository = given.repo ?? (await repositoryOf(git));
  const problems = [
    ...(branch ? [] : ['no branch: give --branch, or check one out that has an upstream (git push -u origin BRANCH)']),
    ...(repository ? [] : ['no repository: give --repo, or add a remote to this checkout']),
  ];
  if (!branch || !repository) throw new InputError(problems);
  return { repository, branch };
}

/** The repository that a checkout belongs to: the remote of the branch that is checked out, else `origin`. */
export async function repositoryOf(git: UserGit): Promise<string | undefined> {
  const current = await currentBranch(git);
  const remote = current && (await git.try('config', `branch.${current}.remote`));
  return git.try('remote', 'get-url', remote || 'origin');
}

const currentBranch = (git: UserGit) => git.try('symbolic-ref', '--short', '--quiet', 'HEAD');
