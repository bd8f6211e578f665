import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../../../run/problems.js';
import type { Task } from '../../../tasks/task.js';
import { readTaskList } from '../../../tasks/task-list.js';
import { integrationBranch, type Merged } from '../../git/integration.js';
import type { UserGit } from '../../git/user-git.js';

/** A merge whose task list has the boxes of delivered tasks ticked. */
export interface Ticked {
  /** The merge, with one more commit on top of it. The same one if there is nothing to tick. */
  readonly commit: string;
  readonly ids: readonly string[];
  /** Delivered tasks whose line is another one now, or stands there twice. Their author knows whether they are done. */
  readonly changed: readonly string[];
  /** Delivered tasks whose work was taken out of the branch again, or that were ticked and opened again. */
  readonly reopened: readonly string[];
}

/** How the message of a merge names the tasks that it has ticked. */
const TICKED = 'Delivered and ticked: ';

/** An open box at the beginning of a task's line. Some generated lists have it twice. */
const OPEN = /^(\s*(?:[-*+]|\d{1,9}[.)])\s+)\[ \](?:(\s+[-*+]\s+)\[ \])?/;

/**
 * Ticks the delivered tasks of a merge in its task list. No other byte of the list changes. It touches no checkout, and
 * pushes nothing.
 * @param branch the feature's
 * @param list path of the task list, relative to the repository
 * @throws InputError if the merge has no such list, or one that is not UTF-8
 */
export async function tick(git: UserGit, done: Merged, branch: string, list: string): Promise<Ticked> {
  const text = await git.textOf(done.commit, list);
  const mode = await modeOf(git, done.commit, list);
  if (text === undefined || !mode) throw new InputError([`${list} is not on branch ${branch}: commit and push it`]);
  if (mode === LINK) throw new InputError([`${list} is a link on branch ${branch}, so it is not ticked`]);
  if (text.includes('\uFFFD')) throw new InputError([`${list} is not UTF-8, so it is not ticked: save it as UTF-8`]);
  const { tasks } = readTaskList(text);
  const parts = text.split(/(\r\n?|\n)/);
  const ids: string[] = [];
  const changed: string[] = [];
  const reopened: string[] = [];
  for (const { id, delivered } of done.merged) {
    const own = tasks.filter((task) => task.id === id);
    if (!own.some(isOpen)) continue;
    const [task, second] = own;
    const before = readTaskList((await git.textOf(delivered, list)) ?? '').tasks.find((one) => one.id === id);
    // Between two lines there is the end of the first one.
    const at = task ? (task.line - 1) * 2 : 0;
    if (!task || second || before?.text.trimEnd() !== task.text.trimEnd() || !OPEN.test(parts[at] ?? '')) {
      changed.push(id);
      continue;
    }
    if (await isReopened(git, id, delivered, done.feature)) {
      reopened.push(id);
      continue;
    }
    parts[at] = (parts[at] ?? '').replace(OPEN, (_, mark, mark2) => `${mark}[X]${mark2 ? `${mark2}[X]` : ''}`);
    ids.push(id);
  }
  if (ids.length === 0) return { commit: done.commit, ids, changed, reopened };
  const tree = await treeWith(git, done.commit, { path: list, mode, text: parts.join('') });
  const agents = integrationBranch(branch);
  const parents = done.commit === done.feature ? [done.feature] : [done.feature, done.commit];
  const subject = parents.length > 1 ? `Merge ${agents} into ${branch}` : `Tick what ${agents} has delivered`;
  const message = `${subject}\n\n${TICKED}${ids.join(', ')}`;
  const commit = await git.run(['commit-tree', ...parents.flatMap((parent) => ['-p', parent]), '-m', message], tree);
  return { commit, ids, changed, reopened };
}

/** Whether the branch had the work before, and somebody has reverted it or opened the task again since. */
async function isReopened(git: UserGit, id: string, delivered: string, feature: string): Promise<boolean> {
  if (!(await git.isAncestor(delivered, feature))) return false;
  const messages = await git.run(['log', '--format=%B'], `${delivered}..${feature}`);
  const ticked = messages.split('\n').filter((line) => line.startsWith(TICKED));
  if (ticked.some((line) => line.slice(TICKED.length).split(', ').includes(id))) return true;
  for (const [, reverted = ''] of messages.matchAll(/This reverts commit ([0-9a-f]{40,64})/g)) {
    if (await git.isAncestor(delivered, reverted)) return true;
  }
  return false;
}

const isOpen = ({ done, setAside }: Task): boolean => !done && !setAside;

/** The mode of a link in a tree. */
const LINK = '120000';

/** The mode of a file in a commit; '' if there is none. */
const modeOf = (git: UserGit, commit: string, path: string): Promise<string> =>
  git.run(['ls-tree', '--format=%(objectmode)', commit], path);

/** A commit's tree with another text in one of its files. */
async function treeWith(
  git: UserGit,
  commit: string,
  { path, mode, text }: { readonly path: string; readonly mode: string; readonly text: string },
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'agent-runner-tick-'));
  try {
    const file = join(folder, 'list');
    writeFileSync(file, text);
    const blob = await git.run(['hash-object', '-w', '--no-filters'], file);
    // The index is that of a repository made for this command.
    await git.run(['read-tree'], commit);
    await git.run(['update-index', '--cacheinfo', `${mode},${blob},${path}`]);
    return await git.run(['write-tree']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
