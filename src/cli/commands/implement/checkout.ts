import { InputError } from '../../../run/problems.js';
import type { Mode } from '../../../tasks/task.js';
import { readTaskList } from '../../../tasks/task-list.js';
import type { AssignedTask } from '../../../tasks/waves.js';
import { currentBranch, type Upstream } from '../../checkout/upstream.js';
import { remoteHeads } from '../../git/integration.js';
import type { UserGit } from '../../git/user-git.js';

/**
 * Checks that the remote has what the user has in the checkout: pods only see the remote.
 * @param path of the task list, relative to the repository
 * @param tasks every task of the list
 * @param asked those that pods are to do
 * @returns notes for the user
 * @throws InputError when the remote lacks the branch, or has other tasks on it
 */
export async function checkPushed(
  git: UserGit,
  { repository, branch }: Upstream,
  path: string,
  tasks: readonly AssignedTask[],
  asked: readonly AssignedTask[],
): Promise<string[]> {
  const head = (await remoteHeads(git, repository)).get(branch);
  if (!head)
    throw new InputError([`branch ${branch} is not at ${repository}: push it first (git push -u origin ${branch})`]);
  await git.fetch(repository, head);
  const text = await git.try(['cat-file', 'blob'], `${head}:${path}`);
  const push = `commit ${path} and push ${branch}`;
  if (text === undefined) throw new InputError([`${path} is not on branch ${branch} of ${repository}: ${push}`]);
  const there = new Map([...readTaskList(text).tasks].reverse().map((task) => [task.id, task]));
  const other = asked.filter(({ id, text }) => there.get(id)?.text.trimEnd() !== text.trimEnd()).map(({ id }) => id);
  if (other.length > 0) {
    throw new InputError([
      `${other.join(', ')} of ${path} ${other.length > 1 ? 'differ' : 'differs'} from branch ${branch}: ` +
        `${push}, or pull`,
    ]);
  }
  const tickedHere = (mode: Mode) =>
    tasks
      .filter(({ id, assigned, done }) => assigned === mode && done && there.get(id)?.done === false)
      .map(({ id }) => id);
  const ticked = tickedHere('SYNC');
  if (ticked.length > 0) {
    throw new InputError([
      `${ticked.join(', ')} of ${path} ${ticked.length > 1 ? 'are' : 'is'} ticked, but not on branch ${branch}: ` +
        `pods would begin without it; ${push}`,
    ]);
  }
  const done = tickedHere('ASYNC').join(', ');
  const notes = done ? [`${done} is ticked, but not on branch ${branch}: pods only see what is pushed`] : [];
  const ahead = await git.here(['rev-list', '--count'], `${head}..HEAD`);
  const mine = (await currentBranch(git)) === branch;
  if (mine && ahead && ahead !== '0') {
    const [is, it] = ahead === '1' ? ['is', 'it'] : ['are', 'them'];
    notes.push(`${ahead} of your commits ${is} not pushed: pods do not have ${it}`);
  }
  return notes;
}
