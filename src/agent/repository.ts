import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.js';
import type { Job, Made } from './commit.js';
import { endOthers } from './processes.js';
import { removeIfPossible } from './remove.js';

/**
 * Commits the work in a fresh repository, which is removed afterwards. It is made from the clone's objects, or from what the
 * remote has when the agent has spoilt those.
 * @param make the commit
 * @param use what is done with it
 */
export async function inFreshRepository<T>(
  job: Job,
  make: (repository: string) => Promise<Made>,
  use: (repository: string, made: Made) => Promise<T>,
): Promise<T> {
  let repository = await freshRepository(job);
  const alone = async (repository: string) => {
    const config = readFileSync(join(repository, 'config'));
    const made = await make(repository);
    // Whatever the worktree may have started: nobody says any more where the push goes.
    endOthers();
    writeFileSync(join(repository, 'config'), config);
    return made;
  };
  try {
    let made: Made;
    try {
      await borrowObjects(repository, job);
      made = await alone(repository);
    } catch (error) {
      job.say('commit', `${(error as Error).message}; trying with what the remote has`);
      removeIfPossible(repository);
      repository = await freshRepository(job);
      await fetchStarts(repository, job);
      made = await alone(repository);
    }
    return await use(repository, made);
  } finally {
    removeIfPossible(repository);
  }
}

/**
 * A fresh repository outside of the clone: the agent's shell has our user id, so the clone's configuration, hooks and index
 * may say anything. This one knows nothing.
 */
export async function freshRepository({ git, clone }: Job): Promise<string> {
  const repository = mkdtempSync(join(clone.directory, '../delivery-'));
  await git.run(repository, ['init', '--quiet', '--bare']);
  return repository;
}

/** Fetches what the work is made on, without trusting the clone. */
async function fetchStarts(repository: string, { git, clone, say }: Job): Promise<void> {
  const starts = [...new Set([clone.start, clone.base])];
  const fetch = ['fetch', '--quiet', '--no-tags', '--depth=1', '--filter=blob:none', git.repository, ...starts];
  await git.remote(repository, fetch, 'push-rejected', (text) => say('commit', text));
}

/**
 * Lets a repository read the clone's objects, which need no trust: their names are their hashes. What the clone does not have
 * is fetched.
 */
export async function borrowObjects(repository: string, { git, clone }: Job): Promise<void> {
  const objects = join(clone.directory, '.git/objects');
  if (!(await arePlainObjects(objects))) throw new Error('the clone’s objects are not as git makes them');
  writeFileSync(join(repository, 'objects/info/alternates'), `${objects}\n`);
  const config: [string, string][] = [
    ['core.repositoryFormatVersion', '1'],
    ['remote.origin.url', git.repository],
    ['remote.origin.promisor', 'true'],
    ['remote.origin.partialCloneFilter', 'blob:none'],
    ['extensions.partialClone', 'origin'],
  ];
  for (const [key, value] of config) await git.run(repository, ['config', key, value]);
}

/** Whether a folder of objects has nothing but files: git would wait for ever for somebody to write into a pipe. */
export async function arePlainObjects(objects: string): Promise<boolean> {
  const search = [objects, '!', '-type', 'f', '!', '-type', 'd'];
  const { code, stdout } = await runCommand('find', search, { cwd: '/', env: {} });
  return code === 0 && stdout === '';
}
