import { existsSync, realpathSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { InputError, Problems } from '../../run/problems.js';
import { findTask, parseTasks } from '../../tasks/task-list.js';
import { UserGit } from '../git/user-git.js';
import { readTextFile } from '../line/text-file.js';

/** What the user's own machine says about the feature directory. */
export interface LocalContext {
  /** Relative to the repository; undefined for its top. */
  readonly contextPath?: string;
  /** Commit that is checked out there, if a remote has it. */
  readonly checkout?: string;
}

/** What the user asked for, as far as the checkout can contradict it. */
export interface Asked {
  readonly tasks: readonly string[];
  readonly branch: string | undefined;
  /** Whether the user gives the start: then the checkout does not matter. */
  readonly hasBase: boolean;
  /** Whether the user says what to do: then the task list does not matter. */
  readonly hasPrompt: boolean;
}

/** The original scripts' default: the folder in the pod, which says nothing about the feature. */
const POD_WORKSPACE = '/workspace';

/**
 * Translates `context-dir` to a path inside the repository. If it is a directory of a checkout on this machine, its
 * commit and its task list are checked too. Any other relative path is taken to be inside the repository.
 * @throws InputError when it is not in a repository, or its task list does not have the task
 */
export async function localContext(contextDir: string | undefined, cwd: string, asked: Asked): Promise<LocalContext> {
  if (!contextDir || contextDir.replace(/\/+$/, '') === POD_WORKSPACE) return {};
  if (contextDir.includes('://'))
    throw new InputError([`context-dir "${contextDir}" is a URL; give the feature directory`]);
  const directory = resolve(cwd, contextDir);
  if (!existsSync(directory)) {
    if (!contextDir.startsWith('/')) return { contextPath: contextDir };
    throw new InputError([
      `context-dir "${contextDir}" does not exist; give the feature directory, like specs/001-login`,
    ]);
  }
  if (!statSync(directory).isDirectory()) {
    throw new InputError([`context-dir "${contextDir}" is a file; give the feature directory, like specs/001-login`]);
  }
  const git = UserGit.of(cwd, directory, `context-dir "${contextDir}"`);
  if (!asked.hasPrompt) checkTasks(directory, contextDir, asked.tasks);
  const contextPath = relative(git.top, realpathSync(directory));
  const head = await git.here(['rev-parse', '--verify', '--quiet'], 'HEAD');
  const onRemote = head && (await git.here(['for-each-ref', '--count=1', `--contains=${head}`], 'refs/remotes'));
  if (!onRemote && !asked.hasBase) await checkBranchIsPushed(git, asked.branch);
  return { ...(contextPath && { contextPath }), ...(onRemote && { checkout: head }) };
}

async function checkBranchIsPushed(git: UserGit, branch: string | undefined): Promise<void> {
  const refs = ((await git.here(['for-each-ref', '--format=%(refname)'], 'refs/remotes')) ?? '').split('\n');
  if (branch && refs.some((ref) => ref.split('/').slice(3).join('/') === branch)) return;
  throw new InputError([
    `neither branch "${branch ?? ''}" nor the commit checked out in ${git.top} is on a remote: push it, ` +
      'or give the start of the task with --base',
  ]);
}

function checkTasks(directory: string, contextDir: string, wanted: readonly string[]): void {
  const path = join(directory, 'tasks.md');
  if (!existsSync(path)) return;
  const tasks = parseTasks(readTextFile(path, join(contextDir, 'tasks.md')));
  const problems = new Problems();
  for (const task of wanted) {
    const found = findTask(tasks, task);
    if (found?.id === task) continue;
    if (found) {
      // Another spelling would start a second run of the same task.
      problems.add(`task "${task}" is ${found.id} in ${join(contextDir, 'tasks.md')}: use that spelling`);
      continue;
    }
    const known = tasks.map(({ id }) => id);
    problems.add(
      `task "${task}" is not in ${join(contextDir, 'tasks.md')} (it has ` +
        `${known.slice(0, 8).join(', ') || 'no tasks'}${known.length > 8 ? ', …' : ''}); ` +
        'correct the id, or say what to do with --prompt',
    );
  }
  problems.throwIfAny();
}
