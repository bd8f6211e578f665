import type { UserGit } from './user-git.js';

/** What the user's own git says of a branch that was delivered. */
export interface Confirmation {
  readonly confirmed: boolean;
  /** The branch's head, where it could be read. */
  readonly seen?: string;
}

/** Asks the remote with the user's own git and credentials. */
export async function confirmed(
  git: UserGit,
  repository: string,
  branch: string,
  commit: string | undefined,
): Promise<Confirmation> {
  const shown = await git.try('ls-remote', '--', repository, `refs/heads/${branch}`);
  const seen = shown?.split('\t')[0];
  return { confirmed: seen !== undefined && seen === commit, ...(seen && { seen }) };
}
