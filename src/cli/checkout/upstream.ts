import { checkBranch } from '../../run/branch.js';
import { InputError } from '../../run/problems.js';
import type { UserGit } from '../git/user-git.js';

/** The remote branch that a checkout belongs to. */
export interface Upstream {
  readonly repository: string;
  readonly branch: string;
}

/**
 * What the user gives, or the upstream of the branch that is checked out.
 * @throws InputError when the repository or the branch is in neither
 */
export async function upstreamOf(git: UserGit, given: { repo?: string; branch?: string }): Promise<Upstream> {
  const branch = given.branch ?? (await upstreamBranch(git));
  const repository = given.repo ?? (await repositoryOf(git));
  const problems = [
    ...(branch ? [] : ['no branch: give --branch, or check one out that has an upstream (git push -u origin BRANCH)']),
    ...(repository ? [] : [await noRepository(git)]),
  ];
  if (!branch || !repository) throw new InputError(problems);
  return { repository, branch: checkBranch(branch) };
}

/** The remote branch of the branch that is checked out. */
export async function upstreamBranch(git: UserGit): Promise<string | undefined> {
  const current = await currentBranch(git);
  const merged = current && (await git.try(['config', '--get'], `branch.${current}.merge`));
  return merged ? merged.replace('refs/heads/', '') : undefined;
}

async function noRepository(git: UserGit): Promise<string> {
  const unused = await git.notUsed();
  return `no repository: give --repo, or add a remote to this checkout${unused && `; ${unused}`}`;
}

/** The repository that a checkout belongs to: the remote of the branch that is checked out, or `origin`. */
export async function repositoryOf(git: UserGit): Promise<string | undefined> {
  const current = await currentBranch(git);
  const remote = current && (await git.try(['config', '--get'], `branch.${current}.remote`));
  const name = remote || 'origin';
  if (!(await git.try(['config', '--get'], `remote.${name}.url`))) return undefined;
  // Git rewrites the URL as the user has set it up.
  return git.try(['ls-remote', '--get-url'], name);
}

/** The branch that is checked out; undefined if there is none. */
export const currentBranch = (git: UserGit) => git.here(['symbolic-ref', '--short', '--quiet'], 'HEAD');
