import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { changedPaths, type Index, inIndex, linksOf, optionsOf } from '../git/add.js';
import { LINK, printable } from '../git/changed.js';
import { arePlainObjects } from '../git/repository.js';

/**
 * Reports submodules with changes. Their changes belong to another repository, so a commit of this one cannot contain
 * them.
 */
export async function workInSubmodules(index: Index, start: string): Promise<string[]> {
  const entries = await inIndex(index, ['ls-tree', '-r', '-z', start]);
  const links = entries.split('\0').filter((entry) => entry.startsWith(LINK));
  const found: string[] = [];
  for (const link of links) {
    const [, commit = '', path = ''] = /^\d+ commit (\w+)\t(.*)$/s.exec(link) ?? [];
    if (await holdsWork(index, path, commit)) {
      found.push(`${printable(path)} is a submodule; what was changed in it belongs to its own repository`);
    }
  }
  return found;
}

async function holdsWork(index: Index, path: string, commit: string): Promise<boolean> {
  const worktree = join(index.worktree, path);
  const names = namesIn(worktree);
  if (!names.includes('.git')) return names.length > 0;
  const objects = objectsOf(worktree);
  if (objects === undefined || !(await arePlainObjects(objects))) return true;
  const nested = { ...index, worktree, file: `${index.file}-submodule` };
  const options = { env: { ...optionsOf(nested).env, GIT_ALTERNATE_OBJECT_DIRECTORIES: objects } };
  try {
    await inIndex(nested, ['read-tree', commit], options);
    await index.git.try(worktree, ['update-index', '-q', '--refresh'], options);
    return (await changedPaths(nested, [], await linksOf(nested))).length > 0;
  } catch {
    // If the comparison fails, there may be changes.
    return true;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The objects folder of a submodule, from its `.git` folder or file. */
function objectsOf(worktree: string): string | undefined {
  const link = join(worktree, '.git');
  try {
    const stat = statSync(link);
    if (stat.isDirectory()) return join(link, 'objects');
    const [, folder] = stat.isFile() ? (/^gitdir: (.+)$/m.exec(readFileSync(link, 'utf8')) ?? []) : [];
    return folder && join(resolve(worktree, folder), 'objects');
  } catch {
    return undefined;
  }
}
