import { copyFileSync, lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from '../start/job.js';

/** The largest index that is read, in bytes. */
const LONGEST = 512 * 1024 * 1024;

/** The contents of the agent's index. */
export interface AgentIndex {
  /** Paths with conflicts. */
  readonly unmerged: readonly string[];
  /** All paths in the index. Each byte of a path is a letter. */
  readonly paths: readonly string[];
  /** Paths that are not checked out. Each byte of a path is a letter. */
  readonly absent: readonly string[];
  /** The index exists, but cannot be read. */
  readonly isUnreadable?: true;
}

const NOTHING: AgentIndex = { unmerged: [], absent: [], paths: [] };
const UNREADABLE: AgentIndex = { ...NOTHING, isUnreadable: true };

/** Reads a copy of the agent's index with git in our repository, so that git reads nothing else of the agent's. */
export async function indexOf({ git }: Pick<Job, 'git'>, repository: string, path: string): Promise<AgentIndex> {
  const copy = join(repository, 'index-of-the-agent');
  try {
    const file = lstatSync(path, { throwIfNoEntry: false });
    if (!file) return NOTHING;
    if (!file.isFile() || file.size > LONGEST) return UNREADABLE;
    copyFileSync(path, copy);
    const env = { GIT_DIR: repository, GIT_INDEX_FILE: copy };
    const list = ['-c', 'core.bare=false', '-c', 'core.worktree=/', 'ls-files', '-t', '-z'];
    const { code, stdout } = await git.try(repository, list, { env, encoding: 'latin1' });
    if (code !== 0) return UNREADABLE;
    const entries = stdout.split('\0');
    const withTag = (tag: string) => entries.flatMap((line) => (line.startsWith(`${tag} `) ? [line.slice(2)] : []));
    const unmerged = [...new Set(withTag('M'))].map((name) => Buffer.from(name, 'latin1').toString());
    return { unmerged, absent: withTag('S'), paths: entries.flatMap((line) => (line === '' ? [] : [line.slice(2)])) };
  } finally {
    rmSync(copy, { force: true });
  }
}
