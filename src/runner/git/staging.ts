import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join, relative } from 'node:path';

// Copies the agent's files to a folder to which the agent cannot write. Git reads a folder more than once, and the
// agent could replace it with a link in between.

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
/**
 * The open files of this process. Through them, a name in an opened folder is reached even if that folder has been
 * moved.
 */
const OPEN = '/proc/self/fd';
const HAS_OPEN = existsSync(OPEN);

/**
 * The largest file that is taken, in bytes. GitHub refuses larger ones, and the whole push with them.
 * @see https://docs.github.com/en/repositories/working-with-files/managing-large-files/about-large-files-on-github
 */
export const LARGEST = 100 * 1024 * 1024;
export const TOO_LARGE = `is larger than ${LARGEST / 1024 / 1024} MiB`;

/**
 * The result for a path: copied, too large, missing, a folder, a kind of file that git does not store, or unreadable.
 */
export type Found = 'copied' | 'large' | 'gone' | 'folder' | 'special' | 'unreadable';

/** Copies files to a staging folder. Paths are relative, and each byte of them is a letter. */
export class Staging {
  private readonly links = new Set<string>();

  private readonly way: readonly string[];

  /**
   * @param from the agent's folder
   * @param folder our folder, which is emptied
   * @param root a folder above `from`; below it, no link is followed
   */
  constructor(
    from: string,
    readonly folder: string,
    private readonly root = from,
  ) {
    this.way = wayTo(root, from);
    this.clear();
  }

  /** Removes all copies. */
  clear(): void {
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true });
    this.links.clear();
  }

  /** Copies the file at a path, without following links on the way. Returns the result and the size in bytes. */
  take(path: string): { found: Found; bytes: number } {
    const names = path.split('/');
    const name = names.pop() ?? '';
    const opened: number[] = [];
    try {
      const place = Buffer.concat([this.enter(names, opened), Buffer.from(name, 'latin1')]);
      const stat = lstatSync(place, { throwIfNoEntry: false });
      if (stat === undefined) return { found: 'gone', bytes: 0 };
      if (stat.isDirectory()) return { found: 'folder', bytes: 0 };
      if (stat.isSymbolicLink()) return this.link(path, readlinkSync(place, { encoding: 'buffer' }));
      return stat.isFile() ? this.file(path, place) : { found: 'special', bytes: 0 };
    } catch (error) {
      return { found: whatStopped(error), bytes: 0 };
    } finally {
      for (const folder of opened) closeSync(folder);
    }
  }

  /**
   * Opens the folders of a path. Returns the path prefix of the last one.
   * @param opened receives the descriptors that must be closed afterwards
   * @throws NoFolder if the agent's folder itself is no longer a folder
   */
  private enter(names: readonly string[], opened: number[]): Buffer {
    let place = Buffer.from(`${this.root}/`);
    for (const [depth, name] of ['.', ...this.way, ...names].entries()) {
      const next = Buffer.concat([place, Buffer.from(name, 'latin1')]);
      try {
        const folder = openSync(depth === 0 ? this.root : next, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        opened.push(folder);
        // Outside of Linux there is no pod, so no agent can race with this.
        place = HAS_OPEN ? Buffer.from(`${OPEN}/${folder}/`) : Buffer.concat([next, Buffer.from('/')]);
      } catch (error) {
        throw depth <= this.way.length ? new NoFolder(error) : error;
      }
    }
    return place;
  }

  private file(path: string, place: Buffer): { found: Found; bytes: number } {
    const source = openSync(place, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const { size, mode } = fstatSync(source);
      if (size > LARGEST) return { found: 'large', bytes: 0 };
      const target = this.place(path);
      copyFileSync(HAS_OPEN ? `${OPEN}/${source}` : place, target);
      const copy = openSync(target, O_RDONLY | O_NOFOLLOW);
      // Git only distinguishes executable files from others.
      fchmodSync(copy, mode & 0o100 ? 0o755 : 0o644);
      closeSync(copy);
      return { found: 'copied', bytes: size };
    } finally {
      closeSync(source);
    }
  }

  private link(path: string, target: Buffer): { found: Found; bytes: number } {
    symlinkSync(target, this.place(path));
    this.links.add(path);
    return { found: 'copied', bytes: target.length };
  }

  /** The path of a copy, which must not be below a link. */
  private place(path: string): Buffer {
    const names = path.split('/');
    const folders = names.slice(1).map((_, index) => names.slice(0, index + 1).join('/'));
    if (folders.some((one) => this.links.has(one))) throw new Error('a link stands in the place of a folder');
    const last = folders.at(-1);
    if (last !== undefined) mkdirSync(inFolder(this.folder, last), { recursive: true });
    return inFolder(this.folder, path);
  }
}

/** The folder is gone, or a link is in its place. */
export class NoFolder extends Error {
  constructor(cause?: unknown) {
    super('the worktree is no folder any more', { cause });
  }
}

/**
 * The names from one folder to another one below it.
 * @throws NoFolder if the folder is elsewhere
 */
export function wayTo(root: string, folder: string): string[] {
  const names = relative(root, folder).split('/');
  if (names.includes('..')) throw new NoFolder();
  return names.filter((name) => name !== '');
}

/**
 * Checks that no link is on the way to a folder: files behind a link are not the agent's work.
 * @throws NoFolder unless the folder is below the root, without a link on the way
 */
export function checkFolder(root: string, folder: string): void {
  let place = root;
  for (const name of ['', ...wayTo(root, folder)]) {
    place = join(place, name);
    if (!lstatSync(place, { throwIfNoEntry: false })?.isDirectory()) throw new NoFolder();
  }
}

const inFolder = (folder: string, path: string): Buffer =>
  Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(path, 'latin1')]);

/**
 * The result for an error.
 * @throws the error itself, if it does not explain the state of the path
 */
function whatStopped(error: unknown): Found {
  if (error instanceof NoFolder) throw error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM') return 'unreadable';
  // A folder on the way, or the file itself, was replaced meanwhile.
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === undefined) return 'gone';
  if (code === 'ENXIO' || code === 'ENODEV') return 'special';
  throw error;
}
