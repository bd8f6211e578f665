import { isUtf8 } from 'node:buffer';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../process/command.js';
import { LINK, printable } from './changed.js';
import type { Git, GitOptions } from './git.js';
import { Staging, TOO_LARGE } from './staging.js';

/** Adds the paths of standard input, which may be too many for a command line. */
const ADD = [
  '--literal-pathspecs',
  'add',
  '--all',
  '--force',
  '--ignore-errors',
  '--pathspec-from-file=-',
  '--pathspec-file-nul',
];

/** The size of a batch of copies, in bytes and in files. */
const BATCH = { bytes: 32 * 1024 * 1024, files: 2000 };

/** A separate index for a worktree. */
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

const find = (...args: readonly string[]) => runCommand('find', args, { cwd: '/', env: {} });

/** A condition for `find` that matches the files that git opens in a repository. */
const OF_GIT = ['HEAD', 'config*', 'commondir', 'packed-refs', 'index', 'shallow', 'gitdir']
  .flatMap((name) => ['-name', name, '-o'])
  .concat(['refs', 'objects', 'info', 'reftable', 'logs'].flatMap((folder) => ['-path', `*/${folder}/*`, '-o']))
  .slice(0, -1);

/**
 * Removes named pipes. Git opens anything with the name of one of its files, and would wait forever for a writer. A
 * nested repository may have its files anywhere in the workspace.
 */
export async function removePipes(worktree: string, workspace: string): Promise<void> {
  await find(worktree, '-type', 'p', '(', '-path', '*/.git/*', '-o', '-name', '.git*', ')', '-delete');
  const { stdout } = await find(worktree, '-mindepth', '2', '-name', '.git', '-print', '-quit');
  if (stdout !== '') await find(workspace, '-type', 'p', '(', ...OF_GIT, ')', '-delete');
}

/** Makes all folders readable, because git silently skips a folder that it may not read. */
export async function openFolders(worktree: string): Promise<void> {
  await find(worktree, '-type', 'd', '!', '-perm', '-500', '-exec', 'chmod', 'u+rwx', '{}', ';');
}

/**
 * Adds every readable file to the index. Git reads copies: in the agent's folder, a link could lead it to other files,
 * and a repository could make it start a program.
 * @param more ignored paths that are added too
 * @returns a complaint for each file that could not be added
 */
export async function addAll(
  index: Index,
  exclude: readonly string[],
  more: readonly string[] = [],
): Promise<string[]> {
  const links = await linksOf(index);
  const listed = async () => [...new Set([...(await changedPaths(index, exclude, links)), ...more])];
  const staging = new Staging(index.worktree, join(index.repository, 'staging'), index.git.workspace);
  const left = await addCopies(index, staging, await listed(), links);
  if (left.unreadable.length === 0) return left.words;
  await runCommand('chmod', ['-R', 'u+rwX', index.worktree], { cwd: index.worktree, env: {} });
  // The contents of unreadable folders are known only now.
  const again = await addCopies(index, staging, await listed(), links);
  staging.clear();
  return [...again.words, ...again.unreadable.map((path) => `${printable(textOf(path))} cannot be read`)];
}

interface Left {
  /** Complaints about files. */
  readonly words: string[];
  readonly unreadable: string[];
}

async function addCopies(
  index: Index,
  staging: Staging,
  paths: readonly string[],
  links: ReadonlySet<string>,
): Promise<Left> {
  const left: Left = { words: [], unreadable: [] };
  const gone: string[] = [];
  let copied: string[] = [];
  let bytes = 0;
  const add = async () => {
    left.words.push(...complaintsIn(await addInHalves({ ...index, worktree: staging.folder }, copied)));
    staging.clear();
    copied = [];
    bytes = 0;
  };
  // Attributes files come first: they control how the others are stored, and git reads them from the index.
  for (const path of [...paths.filter(isAttributes), ...paths.filter((one) => !isAttributes(one))]) {
    const { found, bytes: size } = staging.take(path);
    if (found === 'copied') copied.push(path);
    else if (found === 'unreadable') left.unreadable.push(path);
    else if (found === 'large') left.words.push(`${printable(textOf(path))} ${TOO_LARGE}`);
    else if (found === 'special') left.words.push(`${printable(textOf(path))} is neither a file nor a link`);
    else if (found === 'gone' || !links.has(path)) gone.push(path);
    bytes += size;
    if (bytes >= BATCH.bytes || copied.length >= BATCH.files || (isAttributes(path) && copied.length > 0)) await add();
  }
  await add();
  const input = gone.map((path) => `${path}\0`).join('');
  await inIndex(index, ['update-index', '-z', '--force-remove', '--stdin'], { input, encoding: 'latin1' });
  return left;
}

const isAttributes = (path: string): boolean => path === '.gitattributes' || path.endsWith('/.gitattributes');
const textOf = (path: string): string => Buffer.from(path, 'latin1').toString();
const complaintsIn = (words: string): string[] =>
  words
    .split('\n')
    .filter((line) => /^(error|fatal): |could not open/.test(line))
    .map((line) => line.replace(/^(error|fatal): /, ''));

/** Submodule paths in the index. */
export async function linksOf(index: Index): Promise<Set<string>> {
  const entries = (await inIndex(index, ['ls-files', '--stage', '-z'], { encoding: 'latin1' })).split('\0');
  const links = entries.filter((entry) => entry.startsWith(`${LINK} `));
  return new Set(links.map((entry) => entry.slice(entry.indexOf('\t') + 1)));
}

/**
 * Paths that differ from the index or are not in it. Each byte of a path is a letter. The files of nested repositories
 * are included, since a link to their commits would lead nowhere.
 * @param links submodule paths; those with a repository are left out
 */
export async function changedPaths(
  index: Index,
  exclude: readonly string[],
  links: ReadonlySet<string>,
): Promise<string[]> {
  const standing = [...links].filter((path) => isRepository(join(index.worktree, textOf(path))));
  const left = [...exclude, ...standing.map((path) => `:(exclude,top,literal)${textOf(path)}`)];
  const kinds = ['--modified', '--deleted', '--others', '--exclude-standard'];
  const list = await inIndex(index, ['ls-files', ...kinds, '-z', '--', '.', ...left], { encoding: 'latin1' });
  const paths = new Set(list.split('\0').filter((path) => path !== ''));
  const found: string[] = [];
  for (const path of paths) {
    // A trailing slash marks a folder that git does not enter.
    if (path.endsWith('/')) found.push(...(await pathsWithin(index, path)));
    else found.push(path);
  }
  return found;
}

/**
 * The files of a nested repository, without those that it ignores. If its name is not UTF-8, only the folder is
 * returned.
 */
async function pathsWithin(index: Index, folder: string): Promise<string[]> {
  if (!isUtf8(Buffer.from(folder, 'latin1'))) return [folder.slice(0, -1)];
  const nested = { ...index, worktree: join(index.worktree, textOf(folder)), file: `${index.file}-nested` };
  await inIndex(nested, ['read-tree', '--empty']);
  return (await changedPaths(nested, [], new Set())).map((path) => `${folder}${path}`);
}

function isRepository(folder: string): boolean {
  try {
    // A symbolic link to a folder counts as a changed file, and git does not enter it.
    return lstatSync(folder).isDirectory() && lstatSync(join(folder, '.git')) !== undefined;
  } catch {
    return false;
  }
}

/** Git's error output, or undefined if git died and added nothing. */
async function tryAdd(index: Index, paths: readonly string[]): Promise<string | undefined> {
  const options = { ...optionsOf(index), input: paths.join('\0'), encoding: 'latin1' as const };
  const { code, stderr } = await index.git.try(index.worktree, ADD, options);
  if (code === null) throw new Error('git add did not end in time');
  if (code === 128) return undefined;
  // For a file above core.bigFileThreshold, git asks whether the remote has it. A negative answer is no complaint.
  return stderr.replace(/^fatal: (remote error: |could not fetch [0-9a-f]+ from promisor remote).*\n?/gm, '');
}

/**
 * Finds the file that makes git die by adding halves. Git does not always name it, for example if a file is not in the
 * encoding of its attributes.
 */
async function addInHalves(index: Index, paths: readonly string[]): Promise<string> {
  if (paths.length === 0) return '';
  const words = await tryAdd(index, paths);
  if (words !== undefined) return words;
  const [path = '', ...more] = paths;
  if (more.length === 0) {
    const name = Buffer.from(path, 'latin1');
    const why = isUtf8(name) ? 'cannot be read as its attributes say' : 'has a name that is not UTF-8';
    return `error: ${printable(name.toString())} ${why}`;
  }
  const half = Math.ceil(paths.length / 2);
  return [await addInHalves(index, paths.slice(0, half)), await addInHalves(index, paths.slice(half))].join('\n');
}
