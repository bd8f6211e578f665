import { headIn } from '../run/remote-refs.js';
import type { UserGit } from './user-git.js';

/** What the user's own git says of a branch that was delivered. */
export interface Confirmation {
  readonly confirmed: boolean;
  /** The branch's head, where it could be read. */
  readonly seen?: string;
}

/** Asks the remote with the user's own git and credentials. Somebody may have pushed on top of the commit meanwhile. */
export async function confirmed(
  git: UserGit,
  repository: string,
  branch: string,
  commit: string | undefined,
): Promise<Confirmation> {
  const ref = `refs/heads/${branch}`;
  const shown = await git.try('ls-remote', '--', repository, ref);
  const seen = headIn(shown ?? '', ref);
  const there = seen && commit && (seen === commit || (await isIn(git, repository, commit, seen)));
  return { confirmed: Boolean(there), ...(seen && { seen }) };
}

async function isIn(git: UserGit, repository: string, commit: string, head: string): Promise<boolean> {
  await git.try('fetch', '--quiet', '--no-tags', '--no-write-fetch-head', repository, head);
  return git.isAncestor(commit, head);
}
