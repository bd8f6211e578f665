import { shortCommit } from '../run/names.js';
import { headIn } from '../run/remote-refs.js';
import type { UserGit } from './user-git.js';

/** What the user's own git says of a branch that was delivered. */
export interface Confirmation {
  /** Undefined where the remote does not answer: then nobody knows better than the pod. */
  readonly confirmed: boolean | undefined;
  /** What it says, in words. */
  readonly words: string;
}

/** For how long the remote may be silent, in milliseconds, and how often it is asked. */
const SILENCE = 20_000;
const TRIES = 3;

/** Asks the remote with the user's own git and credentials. Somebody may have pushed on top of the commit meanwhile. */
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
