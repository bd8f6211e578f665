import { checkpointBranch, checkpointRef, runNames, withoutAttempt } from '../run/names.js';
import { parseRefs } from '../run/remote-refs.js';
import { RUN_AND_OUTCOME } from '../run/trailers.js';
import { FETCH, type UserGit } from './user-git.js';

/** Work in progress that a run left on the remote. */
export interface RemoteCheckpoint {
  readonly ref: string;
  readonly taskBranch: string;
  /** The pod that made it. */
  readonly pod: string;
}

const PATTERNS = [checkpointRef('*'), checkpointBranch('*')];

/**
 * The checkpoints of a run whose pod is gone: they say themselves whose they are.
 * @param wanted a pod's name, or a task
 * @throws InputError with git's own words
 */
export async function remoteCheckpoints(git: UserGit, repository: string, wanted: string): Promise<RemoteCheckpoint[]> {
  const refs = parseRefs(await git.run('ls-remote', '--', repository, ...PATTERNS));
  if (refs.size === 0) return [];
  await git.run(...FETCH, repository, ...new Set(refs.values()));
  const ofTask = runNames(wanted);
  const found: RemoteCheckpoint[] = [];
  for (const [ref, commit] of refs) {
    const [pod = '', outcome] = (await git.run('log', '-1', `--format=${RUN_AND_OUTCOME}`, commit)).split(' ');
    const isWanted = ofTask.test(pod) || withoutAttempt(pod) === withoutAttempt(wanted);
    if (outcome === 'checkpoint' && isWanted) found.push({ ref, taskBranch: taskBranchOf(ref), pod });
  }
  return found;
}

function taskBranchOf(ref: string): string {
  const [, branch = ref] = PATTERNS.flatMap(
    (pattern) => new RegExp(`^${pattern.replace('*', '(.*)')}$`).exec(ref) ?? [],
  );
  return branch;
}
