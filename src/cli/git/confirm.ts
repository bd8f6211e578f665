import { shortCommit } from '../../run/names.js';
import { headIn } from '../../run/remote-refs.js';
import type { UserGit } from './user-git.js';

/** What the user's own git sees of a delivered branch. */
export interface Confirmation {
  /** Undefined if the remote does not answer: then there is only the pod's report. */
  readonly confirmed: boolean | undefined;
  /** The rest of a sentence that begins with `your git`. */
  readonly words: string;
}

/** How long the remote may be silent, in milliseconds, and how often it is asked. */
const SILENCE = 20_000;
const TRIES = 3;

/** Asks the remote with the user's own git and credentials. Others may have pushed on top of the commit meanwhile. */
export async function confirmed(
  git: UserGit,
  repository: string,
  branch: string,
  commit: string | undefined,
): Promise<Confirmation> {
  const ref = `refs/heads/${branch}`;
  let answer = await git.within(SILENCE, ['ls-remote'], repository, ref);
  for (let tries = 1; answer.code !== 0 && tries < TRIES; tries++) {
    answer = await git.within(SILENCE, ['ls-remote'], repository, ref);
  }
  if (answer.code !== 0) return { confirmed: undefined, words: `gets no answer: ${answer.stderr.split('\n')[0]}` };
  const seen = headIn(answer.stdout, ref);
  if (!seen) return { confirmed: false, words: `does not see ${branch}` };
  if (commit && seen !== commit) {
    const fetched = await git.tryFetch(repository, seen);
    if (fetched.code !== 0) return { confirmed: undefined, words: `cannot fetch ${branch}` };
  }
  const there = commit !== undefined && (seen === commit || (await git.isAncestor(commit, seen)));
  return { confirmed: there, words: `sees ${shortCommit(seen)} on ${branch}` };
}
