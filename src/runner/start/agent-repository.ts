import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunSettings } from '../../run/settings.js';
import type { Git } from '../git/git.js';
import { borrowObjects, configure, fetchWhenAsked } from '../git/repository.js';
import type { Clone } from './clone.js';

/**
 * Makes the agent's repository. It has the branches and tags of the runner's repository, and reads its objects, but
 * cannot change them. Until the handover, missing objects are fetched from the remote into the runner's repository.
 */
export async function makeAgentRepository(
  git: Git,
  { store, directory }: Clone,
  { name, email }: RunSettings['gitAuthor'],
): Promise<void> {
  mkdirSync(directory, { recursive: true });
  await git.run(directory, ['init', '--quiet']);
  const own = join(directory, '.git');
  borrowObjects(own, join(store, 'objects'));
  await git.run(store, ['pack-refs', '--all']);
  const refs = readFileSync(join(store, 'packed-refs'), 'utf8');
  writeFileSync(join(own, 'packed-refs'), withoutCheckpoints(refs));
  fetchWhenAsked(own, git.repository);
  configure(own, [['user', { name, email }]]);
}

/** In packed-refs, the line of a tag is followed by a line with its target. */
const withoutCheckpoints = (refs: string): string =>
  refs.replace(/^[0-9a-f]+ refs[/]checkpoints[/].*\n(\^.*\n)*/gm, '');

/** Makes the agent's git fetch through the door, since it has no credential. */
export async function handOver(git: Git, { directory }: Clone, door: string): Promise<void> {
  await git.run(directory, ['config', 'remote.origin.url', door]);
}
