import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RunInput } from '../../run/input.js';
import type { Git } from '../git/git.js';
import type { Machine } from '../process/machine.js';
import { processLimit } from '../process/process-limit.js';

/** A placeholder, since the commit is never pushed. */
const AUTHOR = Object.fromEntries(
  ['AUTHOR', 'COMMITTER'].flatMap((who) => [
    [`GIT_${who}_NAME`, 'check'],
    [`GIT_${who}_EMAIL`, 'check@localhost'],
  ]),
);

/**
 * Checks whether the credential opens the repository for reading and writing. The check changes nothing: git's dry run
 * asks the remote for the right to push, but sends nothing.
 * @returns a note on the result and on the process limit of a run
 * @throws RunFailure clone-failed, push-rejected or auth-failed
 */
export async function check(
  git: Git,
  { taskBranch }: RunInput,
  { runnerHome }: Machine,
  say: (step: string, text: string) => void,
): Promise<string> {
  const directory = mkdtempSync(join(runnerHome, 'check-'));
  try {
    const read = ['ls-remote', '--heads', git.repository];
    const heads = await git.remote(directory, read, 'clone-failed', (text) => say('clone', text));
    const count = heads.split('\n').filter((line) => line !== '').length;
    say('clone', `${git.repository} can be read: ${count} branches`);
    await git.run(directory, ['init', '--quiet', '--bare']);
    const tree = await git.run(directory, ['mktree']);
    const commit = await git.run(directory, ['commit-tree', tree, '-m', 'check'], { env: AUTHOR });
    const push = ['push', '--dry-run', '--quiet', git.repository, `${commit}:refs/heads/${taskBranch}`];
    await git.remote(directory, push, 'push-rejected', (text) => say('push', text));
    say('push', `${git.repository} would take a push`);
    return `checked: ${git.repository} can be read and pushed to; nothing was changed; ${processLimit()}`;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
