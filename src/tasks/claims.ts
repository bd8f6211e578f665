import { isFolder, isPattern } from './files.js';

/** Who named a path, and in which wave they are. */
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
 * Which files the tasks of a run name. A glob stands for everything below its folder. A folder is no file: tasks that
 * each add one to `src/models/` do not share any.
 */
export class Claims {
  private readonly files = new Map<string, Claim>();
  private readonly globs = new Map<string, Claim>();
  private readonly below = new Map<string, Claim>();

  /** The claim on one of these files that is in the latest wave. */
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

/** The files that a path stands for: the names of a brace set, or itself; none for a folder. */
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

/** The folder that a glob looks in. */
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
