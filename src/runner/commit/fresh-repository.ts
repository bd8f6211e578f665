import { mkdtempSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { borrowObjects, emptyRepository } from '../git/repository.js';
import { removeIfPossible } from '../process/remove.js';
import type { Job } from '../start/job.js';
import type { Made } from './commit.js';

/**
 * Commits the work in a fresh repository, which is removed afterwards.
 * @param make makes the commit
 * @param use uses it
 */
export async function inFreshRepository<T>(
  job: Job,
  make: (repository: string) => Promise<Made>,
  use: (repository: string, made: Made) => Promise<T>,
): Promise<T> {
  const repository = await freshRepository(job);
  try {
    return await use(repository, await make(repository));
  } finally {
    removeIfPossible(repository);
  }
}

/** A new repository that reads the objects of the runner's. So an unfinished step in one cannot disturb another. */
export async function freshRepository({ git, clone: { store } }: Job): Promise<string> {
  const repository = await emptyRepository(git, mkdtempSync(join(dirname(store), 'commit-')));
  borrowObjects(repository, join(store, 'objects'));
  return repository;
}
