import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { readRegularFile } from '../line/text-file.js';
import { atEnd } from '../terminal/at-end.js';
import { formatSettings, isInside, real, type Setting } from './git-settings.js';

/** The git directories of a checkout. */
export interface GitDirectories {
  /** Of this worktree. */
  readonly own: string;
  /** Of all its worktrees. */
  readonly common: string;
  /** `sha1` or `sha256`. */
  readonly objectFormat: string;
  /** In a partial clone, the remote that has the missing objects. */
  readonly promisor: string | undefined;
}

/** Largest file of a git directory that is read, in bytes. */
const LARGEST = 1024 * 1024;

/**
 * Makes a repository for one command, in a folder that nobody else has written to. It has the checkout's objects and
 * only the given configuration. It is removed when the command ends.
 * @param global settings that git reads as the user's configuration
 * @returns the environment that makes git work there
 */
export function isolatedRepository(directories: GitDirectories, global: readonly Setting[]): NodeJS.ProcessEnv {
  const { common, objectFormat, promisor } = directories;
  const directory = mkdtempSync(join(tmpdir(), 'agent-runner-git-'));
  atEnd(() => rmSync(directory, { recursive: true, force: true }));
  const extensions: Setting[] = [
    ...(objectFormat === 'sha1' ? [] : [['extensions.objectFormat', objectFormat] as const]),
    ...(promisor === undefined ? [] : [['extensions.partialClone', promisor] as const]),
  ];
  const version: Setting = ['core.repositoryFormatVersion', extensions.length > 0 ? '1' : '0'];
  mkdirSync(join(directory, 'refs'));
  mkdirSync(join(directory, 'objects'));
  writeFileSync(join(directory, 'HEAD'), 'ref: refs/heads/none\n');
  writeFileSync(join(directory, 'config'), formatSettings([version, ...extensions]));
  writeFileSync(join(directory, 'global'), formatSettings(global));
  const shallow = readSmall(join(common, 'shallow'));
  if (shallow && /^([0-9a-f]{40,64}\n)+$/.test(shallow)) writeFileSync(join(directory, 'shallow'), shallow);
  return {
    GIT_DIR: directory,
    GIT_CONFIG_GLOBAL: join(directory, 'global'),
    GIT_CONFIG_NOSYSTEM: '1',
    ...objectsOf(directory, join(common, 'objects')),
  };
}

/** Fetched objects go into the checkout, unless that is read-only. */
function objectsOf(directory: string, objects: string): NodeJS.ProcessEnv {
  try {
    accessSync(objects, constants.W_OK);
    return { GIT_OBJECT_DIRECTORY: objects };
  } catch {
    return { GIT_OBJECT_DIRECTORY: join(directory, 'objects'), GIT_ALTERNATE_OBJECT_DIRECTORIES: objects };
  }
}

/**
 * The trees to which branches bring files that a checkout's configuration could include: its own tree, those of its
 * other worktrees, and that of the repository which has it as a submodule.
 * @returns paths without links, the checkout's own first
 */
export function treesOf(top: string, { own, common }: GitDirectories): string[] {
  const links = existsSync(join(common, 'worktrees')) ? readdirSync(join(common, 'worktrees')) : [];
  const worktrees = links.flatMap((name) => readSmall(join(common, 'worktrees', name, 'gitdir'))?.trim() ?? []);
  const main = basename(common) === '.git' ? [dirname(common)] : [];
  const above = parents(top).filter((folder) => isInside(real(own), real(join(folder, '.git'))));
  return [...new Set([top, ...main, ...worktrees.map(dirname), ...above].map(real))];
}

/** The git directories of these trees. A branch cannot write to them. */
export const gitDirectoriesOf = (trees: readonly string[], { own, common }: GitDirectories): string[] => [
  own,
  common,
  ...trees.map((tree) => join(tree, '.git')),
];

function parents(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [] : [parent, ...parents(parent)];
}

/** A regular file of a git directory, if it is there and not too large. */
function readSmall(path: string): string | undefined {
  try {
    return readRegularFile(path, path, LARGEST).toString('utf8') || undefined;
  } catch {
    return undefined;
  }
}
