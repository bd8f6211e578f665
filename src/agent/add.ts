import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { changedFiles, LINK, printable } from './changed.js';
import { runCommand } from './command.js';
import type { Git, GitOptions } from './git.js';

/** Adds the paths of its input, of which there may be more than a command line takes. */
const FROM_INPUT = ['add', '--all', '--ignore-errors', '--pathspec-from-file=-', '--pathspec-file-nul'];

/** An index of our own for a worktree. */
export interface Index {
  readonly git: Git;
  readonly repository: string;
  readonly worktree: string;
  readonly file: string;
}

export const optionsOf = ({ repository, worktree, file }: Index): GitOptions => ({
  env: { GIT_DIR: repository, GIT_WORK_TREE: worktree, GIT_INDEX_FILE: file },
});

export const inIndex = (index: Index, args: readonly string[], options: GitOptions = {}): Promise<string> =>
  index.git.run(index.worktree, args, { ...optionsOf(index), ...options });

/** Git opens what has the name of one of its own files, and would wait for ever for somebody to write into a pipe. */
export async function removePipes(worktree: string): Promise<void> {
  const own = ['(', '-path', '*/.git/*', '-o', '-name', '.git*', ')'];
  await runCommand('find', [worktree, '-type', 'p', ...own, '-delete'], { cwd: '/', env: {} });
}

/** Takes everything into the index that can be read. Returns git's words about each file of the rest. */
export async function addAll(index: Index, start: string, exclude: readonly string[]): Promise<string[]> {
  let words = await addOutsideOfLinks(index, exclude);
  if (words !== undefined && /permission denied/i.test(words)) {
    await runCommand('chmod', ['-R', 'u+rwX', index.worktree], { cwd: index.worktree, env: {} });
    words = await addOutsideOfLinks(index, exclude);
  }
  words ??= await addInHalves(
    index,
    await changedPaths(index, ['.', ...exclude, ...(await linksToRepositories(index))]),
  );
  const nested = await nestedRepositories(index, start, exclude);
  const inner: string[] = [];
  for (const path of nested) inner.push(...(await addNested(index, path)));
  const complaints = words.split('\n').filter((line) => /^(error|fatal): |could not open/.test(line));
  return [...complaints.filter((line) => !nested.some((path) => line.includes(`'${path}/'`))), ...inner].map((line) =>
    line.replace(/^(error|fatal): /, ''),
  );
}

/**
 * Takes everything but what is linked to as a repository: git would ask that one for its status, by its own configuration,
 * which names programs. Returns git's words as {@link tryAdd} does.
 */
export async function addOutsideOfLinks(
  index: Index,
  exclude: readonly string[],
  options: GitOptions = {},
): Promise<string | undefined> {
  const paths = ['.', ...exclude, ...(await linksToRepositories(index))];
  return tryAdd(index, FROM_INPUT, paths.join('\0'), options);
}

/** What leaves out the links of the index that a repository stands at. */
async function linksToRepositories(index: Index): Promise<string[]> {
  const entries = (await inIndex(index, ['ls-files', '--stage', '-z'])).split('\0');
  const links = entries
    .filter((entry) => entry.startsWith(`${LINK} `))
    .map((entry) => entry.slice(entry.indexOf('\t') + 1));
  return links
    .filter((path) => isRepository(join(index.worktree, path)))
    .map((path) => `:(exclude,top,literal)${path}`);
}

function isRepository(folder: string): boolean {
  try {
    // A link to another folder is a changed kind of file, which git does not enter.
    return lstatSync(folder).isDirectory() && lstatSync(join(folder, '.git')) !== undefined;
  } catch {
    return false;
  }
}

/** Git's words, or undefined when it died: then it has taken nothing. */
async function tryAdd(
  index: Index,
  add: readonly string[],
  input: string,
  options: GitOptions = {},
): Promise<string | undefined> {
  const { code, stderr } = await index.git.try(index.worktree, add, { ...optionsOf(index), ...options, input });
  if (code === null) throw new Error('git add did not end in time');
  if (code === 128) return undefined;
  // Whether the remote has it, git asks for a file of more than core.bigFileThreshold: that it does not is no complaint.
  return stderr.replace(/^fatal: (remote error: |could not fetch [0-9a-f]+ from promisor remote).*\n?/gm, '');
}

/** Git does not always say which file it dies of, like one that is not in the encoding of its attributes. */
async function addInHalves(index: Index, paths: readonly string[]): Promise<string> {
  if (paths.length === 0) return '';
  const words = await tryAdd(index, ['--literal-pathspecs', ...FROM_INPUT], paths.join('\0'));
  if (words !== undefined) return words;
  const [path = '', ...more] = paths;
  if (more.length === 0) {
    const why = path.includes('\ufffd') ? 'has a name that is not UTF-8' : 'cannot be read as its attributes say';
    return `error: ${printable(path)} ${why}`;
  }
  const half = Math.ceil(paths.length / 2);
  return [await addInHalves(index, paths.slice(0, half)), await addInHalves(index, paths.slice(half))].join('\n');
}

async function changedPaths(index: Index, paths: readonly string[]): Promise<string[]> {
  const kinds = ['--modified', '--deleted', '--others', '--exclude-standard'];
  const list = await inIndex(index, ['ls-files', ...kinds, '-z', '--', ...paths]);
  return [...new Set(list.split('\0'))].filter((path) => path !== '');
}

/** Folders with a repository of their own that the start does not know as a submodule. */
async function nestedRepositories(index: Index, start: string, exclude: readonly string[]): Promise<string[]> {
  const changed = await changedFiles(index.git, index.repository, start, await inIndex(index, ['write-tree']));
  const added = changed.filter(({ before, after }) => after?.mode === LINK && before?.mode !== LINK);
  // Git lists what it does not enter with a slash: repositories without a commit.
  const others = await inIndex(index, ['ls-files', '--others', '--exclude-standard', '-z', '--', '.', ...exclude]);
  const empty = others.split('\0').flatMap((path) => (path.endsWith('/') ? [path.slice(0, -1)] : []));
  // One whose name is no text cannot be entered.
  return [...new Set([...added.map(({ path }) => path), ...empty])].filter((path) => !path.includes('\ufffd'));
}

/** Returns git's words about what could not be read. */
async function addNested(index: Index, path: string): Promise<string[]> {
  const nested = { ...index, worktree: join(index.worktree, path), file: `${index.file}-nested` };
  await inIndex(nested, ['read-tree', '--empty']);
  const words = await addAll(nested, await inIndex(nested, ['write-tree']), []);
  const tree = await inIndex(nested, ['write-tree']);
  await inIndex(index, ['update-index', '--force-remove', '--', path]);
  await inIndex(index, ['read-tree', `--prefix=${path}/`, tree]);
  return words;
}
