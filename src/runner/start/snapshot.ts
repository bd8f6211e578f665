import { LINK } from '../git/changed.js';
import type { Git, GitOptions } from '../git/git.js';

/** The most links on the way to a file, as in Linux. */
const LINKS = 40;

const SYMBOLIC_LINK = '120000';

/** The largest file that is read, in bytes. */
export const LARGEST = 1024 * 1024;

/** The file to which a path leads. */
export interface Found {
  /** The path of the file itself, after following all links. */
  readonly path?: string;
  /** Why the links lead to no file. Absent if the path simply does not exist. */
  readonly problem?: string;
}

/** Git knows it without having it. */
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** Compares files of two trees. It fetches all of them at once, while cat-file fetches one at a time. */
const COMPARE = ['diff-tree', '-r', '--numstat', '--no-ext-diff', '--no-textconv', EMPTY_TREE] as const;

/** The text of a file, or the reason why there is none. */
export type Text = { readonly text: string } | { readonly problem: string | undefined; readonly isLarge?: true };

/** Files of a commit, as a checkout would have them. */
export class Snapshot {
  readonly paths: readonly string[];

  /**
   * @param modes of all paths
   * @param contents reads a path of `modes`; undefined for a file that is larger than {@link LARGEST}
   */
  constructor(
    private readonly modes: ReadonlyMap<string, string>,
    private readonly contents: (path: string) => Promise<string | undefined>,
    /** Fetches files at once, so that reading them needs no fetch for each. */
    readonly fetch: (paths: readonly string[]) => Promise<void> = async () => {},
  ) {
    this.paths = [...modes.keys()];
  }

  /** Follows links to files and folders within the repository. */
  async find(wanted: string): Promise<Found> {
    const names = wanted.split('/');
    const real: string[] = [];
    let links = 0;
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
      if (name === '' || name === '.') continue;
      if (name === '..') {
        if (real.pop() === undefined) return { problem: `${wanted} leads out of the repository` };
        continue;
      }
      const path = [...real, name].join('/');
      const mode = this.modes.get(path);
      if (mode === LINK) return { problem: `${wanted} is in the submodule ${path}, which is not checked out` };
      if (mode !== SYMBOLIC_LINK) {
        real.push(name);
        continue;
      }
      links += 1;
      if (links > LINKS) return { problem: `${wanted} is a link that leads in a circle` };
      const target = (await this.contents(path)) ?? '';
      if (target.startsWith('/')) return { problem: `${wanted} leads out of the repository, to ${target}` };
      names.unshift(...target.split('/'));
    }
    const path = real.join('/');
    if (this.modes.has(path)) return { path };
    return links > 0 ? { problem: `${wanted} is a link to ${path}, which does not exist` } : {};
  }

  /** The text of a file, or the reason why there is none. */
  async text(wanted: string): Promise<Text> {
    const { path, problem } = await this.find(wanted);
    if (path === undefined) return { problem };
    const text = await this.contents(path);
    if (text === undefined) return { problem: `${wanted} has more than ${LARGEST} bytes`, isLarge: true };
    if (text.includes('\0')) return { problem: `${wanted} is not UTF-8, but UTF-16 or no text: save it as UTF-8` };
    return { text: text.replace(/^\uFEFF/, '') };
  }
}

/**
 * The files of a commit in a clone, which may have to fetch them.
 * @param say reports that a fetch is tried again
 * @throws RunFailure clone-failed if one cannot be fetched
 */
export async function snapshotOf(
  git: Git,
  store: string,
  commit: string,
  say: (text: string) => void,
): Promise<Snapshot> {
  const list = await git.run(store, ['ls-tree', '-r', '-z', commit]);
  const modes = list.split('\0').flatMap((entry) => {
    const [, mode, path] = /^(\d+) \w+ \w+\t(.*)$/s.exec(entry) ?? [];
    return mode && path ? [[path, mode] as const] : [];
  });
  const remote = (args: readonly string[], options: GitOptions) =>
    git.remote(store, args, 'clone-failed', say, options);
  const contents = async (path: string) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= LARGEST) chunks.push(chunk);
    };
    await remote(['cat-file', 'blob', `${commit}:${path}`], { onData });
    return size <= LARGEST ? Buffer.concat(chunks).toString().trimEnd() : undefined;
  };
  const fetch = async (paths: readonly string[]) => {
    if (paths.length > 0) await remote([...COMPARE, commit, '--', ...paths], { env: { GIT_LITERAL_PATHSPECS: '1' } });
  };
  return new Snapshot(new Map(modes), contents, fetch);
}
