import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { addOutsideOfLinks, type Index, inIndex, optionsOf } from './add.js';
import { LINK, printable } from './changed.js';
import { arePlainObjects } from './repository.js';

/**
 * Says which submodules of the start hold work: it belongs to another repository, so that no commit of this one can have it.
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
  const git = (...args: string[]) => inIndex(nested, args, options);
  try {
    await git('read-tree', commit);
    if ((await addOutsideOfLinks(nested, [], options)) === undefined) return true;
    return (await git('write-tree')) !== (await git('rev-parse', '--verify', `${commit}^{tree}`));
  } catch {
    // What cannot be compared may be work.
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

/** Where the objects of a submodule are, by git's own file. */
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
