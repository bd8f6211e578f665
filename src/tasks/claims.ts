import { isFolder, isPattern } from './files.js';

/** The task that names a path, and its wave. */
interface Claim {
  readonly wave: number;
  readonly task: string;
}

/** A path that two tasks name. */
export interface Shared {
  readonly path: string;
  readonly task: string;
  readonly wave: number;
}

const MOST_NAMES = 64;

/**
 * The files that tasks name. A glob claims everything below its folder. A folder claims nothing: tasks that each add a
 * file to `src/models/` do not share one.
 */
export class Claims {
  private readonly files = new Map<string, Claim>();
  private readonly globs = new Map<string, Claim>();
  private readonly below = new Map<string, Claim>();

  /** The latest wave's claim on one of these files. */
  sharedWith(files: readonly string[]): Shared | undefined {
    let latest: Shared | undefined;
    for (const path of files.flatMap(claimed)) {
      const claims = isPattern(path)
        ? [this.below.get(globFolder(path)), ...foldersOf(globFolder(path)).map((folder) => this.globs.get(folder))]
        : [this.files.get(path), ...foldersOf(path).map((folder) => this.globs.get(folder))];
      for (const claim of claims) if (claim && claim.wave >= (latest?.wave ?? 0)) latest = { path, ...claim };
    }
    return latest;
  }

  /** Notes that a task of a wave names these files. Waves never go down for one file. */
  add(files: readonly string[], claim: Claim): void {
    for (const path of files.flatMap(claimed)) {
      const folders = foldersOf(isPattern(path) ? globFolder(path) : path);
      if (isPattern(path)) raise(this.globs, globFolder(path), claim);
      else raise(this.files, path, claim);
      for (const folder of folders) raise(this.below, folder, claim);
    }
  }
}

function raise(claims: Map<string, Claim>, path: string, claim: Claim): void {
  if (claim.wave >= (claims.get(path)?.wave ?? 0)) claims.set(path, claim);
}

/** The files that a path claims: the names of a brace set, or the path itself. None for a folder. */
function claimed(path: string): string[] {
  let names = [path];
  for (;;) {
    const set = /\{([^{}]*,[^{}]*)\}/.exec(names[0] ?? '');
    const choices = set?.[1]?.split(',') ?? [];
    if (!set || names.length * choices.length > MOST_NAMES) return names.filter((name) => !isFolder(name));
    names = names.flatMap((name) => {
      const [whole = '', inner = ''] = /\{([^{}]*,[^{}]*)\}/.exec(name) ?? [];
      return inner.split(',').map((choice) => name.replace(whole, () => choice));
    });
  }
}

/** The folder in which a glob matches. */
function globFolder(pattern: string): string {
  const fixed = pattern.slice(0, pattern.search(/[*?{]/));
  return fixed.slice(0, fixed.lastIndexOf('/') + 1);
}

/** Every folder that a path is in, and itself if it is one; '' is the top. */
function foldersOf(path: string): string[] {
  const folders = [''];
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1))
    folders.push(path.slice(0, slash + 1));
  return folders;
}
