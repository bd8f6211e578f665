import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../../../run/problems.js';
import { VERSION } from '../../../version.js';
import { readTextFile } from '../../line/text-file.js';
import { type Asked, type Change, left } from './change.js';

const NAME = 'written by agent-runner setup';
const MARK = new RegExp(`^(?:#|//) agent-runner \\S+ ([0-9a-f]{12}): ${NAME}\\n`, 'm');

/** A file that setup writes into a project. */
export interface OwnedFile {
  /** Relative to the project. */
  readonly path: string;
  /** Without a mark; undefined if the file is not wanted any more. */
  readonly text: string | undefined;
  readonly mode?: number;
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

/**
 * The text with a line that says who wrote it, and what. So setup knows its own files without a list of them, and sees
 * which of them the user has changed.
 */
export function marked(path: string, text: string): string {
  const sign = path.endsWith('.js') ? '//' : '#';
  const line = `${sign} agent-runner ${VERSION} ${hashOf(text)}: ${NAME}\n`;
  const [first = ''] = text.split('\n', 1);
  // Front matter and a program's first line stay first.
  const at = first === '---' || first.startsWith('#!') ? first.length + 1 : 0;
  return text.slice(0, at) + line + text.slice(at);
}

/** What makes a file of the project the wanted one. Undefined if it is. */
export function fileChange(
  { path, text, mode = 0o644 }: OwnedFile,
  { top, uninstall, force }: Asked,
): Change | undefined {
  const file = join(top, path);
  const link = linkIn(top, path);
  const wanted = uninstall || text === undefined ? undefined : marked(path, text);
  if (link) {
    if (wanted === undefined && !existsSync(file)) return undefined;
    return left(`kept ${path}: ${link} is a link, so nothing is changed behind it`);
  }
  const read = () => (existsSync(file) ? textOf(file, path) : undefined);
  const found = read();
  if (found === wanted) return undefined;
  const hash = found === undefined ? undefined : MARK.exec(found)?.[1];
  const isOurs = found !== undefined && hash === hashOf(found.replace(MARK, ''));
  const checkSame = () => {
    if (read() !== found || linkIn(top, path))
      throw new InputError([`${path} has changed meanwhile; start setup again`]);
  };
  const write = () => {
    checkSame();
    try {
      mkdirSync(dirname(file), { recursive: true });
      const next = `${file}.${process.pid}`;
      writeFileSync(next, wanted ?? '', { mode, flag: 'wx' });
      renameSync(next, file);
    } catch (error) {
      throw new InputError([
        `${path} cannot be written: ${(error as NodeJS.ErrnoException).code}; its folder must be yours`,
      ]);
    }
  };
  const remove = () => {
    checkSame();
    rmSync(file);
    removeEmptyFolders(top, dirname(path));
  };
  if (found === undefined) return { line: `write ${path}`, apply: write };
  if (hash === undefined) {
    return wanted === undefined ? undefined : left(`kept ${path}: it is yours; move it away, and start setup again`);
  }
  if (!isOurs && !force)
    return left(`kept ${path}: you have changed it; --force ${wanted === undefined ? 'removes' : 'replaces'} it`);
  if (wanted === undefined) return { line: `remove ${path}`, apply: remove };
  return { line: `update ${path}`, apply: write };
}

/**
 * The text of a file. Git may have given it the ends of lines of another system.
 * @param named what messages call it
 */
export const textOf = (path: string, named = path): string => readTextFile(path, named).replaceAll('\r\n', '\n');

/** Removes a folder of the project and those above it, as far as they are empty. Git keeps no empty folder. */
function removeEmptyFolders(top: string, path: string): void {
  for (let folder = path; folder !== '.'; folder = dirname(folder)) {
    try {
      rmdirSync(join(top, folder));
    } catch {
      return;
    }
  }
}

/** The first part of a path that is a link, or undefined: a branch could lead it out of the project. */
export function linkIn(top: string, path: string): string | undefined {
  const parts = path.split('/');
  const paths = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  return paths.find((one) => isLink(join(top, one)));
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    // There is nothing, or a file in the place of a folder: then writing fails and says so.
    return false;
  }
}
