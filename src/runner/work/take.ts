import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { readRegular } from '../git/regular-file.js';
import { arePlainObjects, borrowObjects } from '../git/repository.js';
import { removeIfPossible } from '../process/remove.js';
import type { Job } from '../start/job.js';

/**
 * How long reading the agent's objects may take, in milliseconds. The agent may have made them so that git never ends.
 */
const LOOK = 10_000;

const WITHOUT_REMOTE = { env: { GIT_NO_LAZY_FETCH: '1' } };

/**
 * Copies commits of the agent's git into our repository. Git verifies each object on the way, and later changes by the
 * agent have no effect. Contents of files that the agent has never checked out are missing, and are fetched from the
 * remote when they are needed.
 * @param commits object names of commits or tags
 * @returns the ones that are in our repository now, with the commit of each
 */
export async function takeCommits(
  { git, clone }: Pick<Job, 'git' | 'clone'>,
  repository: string,
  commits: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(commits)];
  const had = await commitsIn();
  const missing = wanted.filter((commit) => !had.has(commit));
  const objects = join(clone.directory, '.git/objects');
  const ours = join(clone.store, 'objects');
  const isOurs = readRegular(join(objects, 'info/alternates'), 4096).trim() === ours;
  if (missing.length === 0 || !isOurs || !(await arePlainObjects(objects))) return had;
  const view = `${repository}-view`;
  const until = Date.now() + LOOK;
  const soon = git.within(LOOK);
  try {
    await git.run('/', ['init', '--quiet', '--bare', view]);
    borrowObjects(view, ours, objects);
    // A missing commit makes git fail for all of them, so they are tried one by one then.
    if (!(await take(missing))) for (const commit of missing) if (Date.now() < until) await take([commit]);
    const there = await commitsIn();
    const news = missing.filter((commit) => there.has(commit));
    if (news.length === 0 || (await areWhole(news))) return there;
    for (const commit of news) if (!(await areWhole([commit]))) there.delete(commit);
    return there;
  } finally {
    removeIfPossible(view);
  }

  /** @returns whether the commits were copied */
  async function take(some: readonly string[]): Promise<boolean> {
    const input = [...some, `^${clone.start}`].map((one) => `${one}\n`).join('');
    const list = ['rev-list', '--objects', '--no-object-names', '--missing=allow-any', '--stdin'];
    const listed = await soon.try(view, list, { ...WITHOUT_REMOTE, input });
    if (listed.code !== 0) return false;
    const pack = ['pack-objects', '--quiet', '--window=0', join(view, 'objects/pack/pack')];
    const packed = await soon.try(view, pack, { ...WITHOUT_REMOTE, input: listed.stdout });
    if (packed.code !== 0) return false;
    const name = `pack-${packed.stdout.trim()}.pack`;
    const own = join(repository, 'objects/pack', name);
    renameSync(join(view, 'objects/pack', name), own);
    return (await git.try(repository, ['index-pack', own])).code === 0;
  }

  async function commitsIn(): Promise<Map<string, string>> {
    const input = wanted.map((commit) => `${commit}^{commit}\n`).join('');
    const { stdout } = await git.try(repository, ['cat-file', '--batch-check'], { ...WITHOUT_REMOTE, input });
    const found = stdout.split('\n').map((line) => /^(\S+) commit \d+$/.exec(line)?.[1]);
    return new Map(wanted.flatMap((name, at) => (found[at] ? [[name, found[at]] as const] : [])));
  }

  /** Whether the whole history of the commits is there, with all folders. */
  async function areWhole(some: readonly string[]): Promise<boolean> {
    const input = [...some, `^${clone.start}`].map((one) => `${one}\n`).join('');
    const list = ['rev-list', '--quiet', '--objects', '--filter=blob:none', '--stdin'];
    return (await soon.try(repository, list, { ...WITHOUT_REMOTE, input })).code === 0;
  }
}
