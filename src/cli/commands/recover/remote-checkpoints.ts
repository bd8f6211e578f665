import { branchNames, checkpointRefs, runNames, slug, withoutAttempt } from '../../../run/names.js';
import { parseRefs } from '../../../run/remote-refs.js';
import { parseRunCommits, RUN_COMMIT_FORMAT } from '../../../run/trailers.js';
import type { UserGit } from '../../git/user-git.js';

/** Work in progress that a run left on the remote. */
export interface RemoteCheckpoint {
  readonly ref: string;
  readonly taskBranch: string;
  /** The pod that made it. */
  readonly pod: string;
}

const PATTERNS = checkpointRefs('*');

/**
 * The checkpoints of a run whose pod is gone. Each checkpoint's commit names its pod.
 * @param wanted a pod's name, or a task
 * @throws InputError with git's own words
 */
export async function remoteCheckpoints(git: UserGit, repository: string, wanted: string): Promise<RemoteCheckpoint[]> {
  const refs = parseRefs(await git.run(['ls-remote'], repository, ...PATTERNS));
  const isOfTask = runNames(wanted);
  const isWanted = (pod: string) => isOfTask.test(pod) || withoutAttempt(pod) === withoutAttempt(wanted);
  const [, ofPod = slug(wanted)] = /^agent-(.*)-[0-9a-f]{10}-\d+$/.exec(wanted) ?? [];
  const all = [...refs].map(([ref, commit]) => ({ ref, commit, taskBranch: taskBranchOf(ref) }));
  // Most are found by name. Checking the others means fetching their files.
  const named = all.filter(({ taskBranch }) => branchNames(taskBranch, ofPod));
  const others = all.filter((one) => !named.includes(one));
  const found = await madeBy(git, repository, named, isWanted);
  return found.length > 0 ? found : madeBy(git, repository, others, isWanted);
}

/** The checkpoints that a wanted pod has made. One that was replaced or deleted meanwhile is skipped. */
async function madeBy(
  git: UserGit,
  repository: string,
  checkpoints: readonly { ref: string; commit: string; taskBranch: string }[],
  isWanted: (pod: string) => boolean,
): Promise<RemoteCheckpoint[]> {
  const found: RemoteCheckpoint[] = [];
  for (const { ref, commit, taskBranch } of checkpoints) {
    if ((await git.tryFetch(repository, commit)).code !== 0) continue;
    const [made] = parseRunCommits(await git.run(['log', '-1', RUN_COMMIT_FORMAT], commit));
    if (made?.outcome === 'checkpoint' && isWanted(made.run)) found.push({ ref, taskBranch, pod: made.run });
  }
  return found;
}

function taskBranchOf(ref: string): string {
  const [, branch = ref] = PATTERNS.flatMap(
    (pattern) => new RegExp(`^${pattern.replace('*', '(.*)')}$`).exec(ref) ?? [],
  );
  return branch;
}
