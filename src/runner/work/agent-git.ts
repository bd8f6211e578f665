import { lstatSync, readdirSync } from 'node:fs';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { COMMIT } from '../../run/names.js';
import { readRegular } from '../git/regular-file.js';

// Reads the state of the agent's git only from its files. Running git there would follow the repository's
// configuration, which may start programs. See https://git-scm.com/docs/gitrepository-layout

/** The longest chain of refs that refer to each other. */
const DEPTH = 5;
/** The most refs, stash entries or worktrees that are read. */
const MOST = 200;
/** The largest list of refs or log that is read, in bytes. */
const LONGEST = 16 * 1024 * 1024;

/** Files in a worktree's git folder that show an unfinished operation. */
const OPERATIONS: Readonly<Record<string, string>> = {
  MERGE_HEAD: 'a merge',
  'rebase-merge': 'a rebase',
  'rebase-apply': 'a rebase',
  CHERRY_PICK_HEAD: 'a cherry-pick',
  REVERT_HEAD: 'a revert',
  sequencer: 'a cherry-pick or revert',
  // The command may have changed some files already, or half of one.
  'index.lock': 'a git command',
};

export const STASH = 'a stash';

/** A commit to which a name in the agent's git refers. */
export interface Named {
  /** In words for people: `branch try`, `a stash`. */
  readonly what: string;
  /** Suffix for the name of a branch on the remote. */
  readonly suffix: string;
  readonly commit: string;
  /** For a worktree that the agent made: its folder and its index. */
  readonly directory?: string;
  readonly index?: string;
}

/** The state of the agent's git at the end. */
export interface AgentGit {
  /** The commit that is checked out in the worktree, if it is known. */
  readonly head?: string;
  /** What is checked out in the worktree, in words: `branch main`, `commit 0123456789ab`. */
  readonly place: string;
  /** The commit of the task's branch, if the branch exists. */
  readonly task?: string;
  /** An unfinished operation. */
  readonly operation?: string;
  /** Path of the worktree's index. */
  readonly index: string;
  /** Stashes, branches, tags and worktrees of the agent. */
  readonly others: readonly Named[];
  /** The ones whose commits cannot be read. */
  readonly unreadable?: readonly Named[];
  /** Commits that are others' according to the agent's git: remote heads, tags, fetched commits. */
  readonly fetched: readonly string[];
}

/** The state of the agent's git cannot be read from its files. */
export class UnknownGit extends Error {}

/**
 * @param directory the agent's repository
 * @param worktree the folder that the agent works in
 * @throws UnknownGit
 */
export function readAgentGit(directory: string, worktree: string, taskBranch: string): AgentGit {
  const git = join(directory, '.git');
  const folder = join(git, 'worktrees', basename(worktree));
  if (isThere(join(git, 'reftable')) || /^\s*(refStorage|objectFormat|compatObjectFormat)\s*=/im.test(configOf(git))) {
    throw new UnknownGit('the agent’s repository has a format that is not known');
  }
  const refs = refsIn(git);
  const head = headIn(folder, refs);
  const task = refs.get(`refs/heads/${taskBranch}`);
  const operation = Object.keys(OPERATIONS).find((name) => isThere(join(folder, name)));
  return {
    ...(head && { head: head.commit }),
    place: head?.branch ? `branch ${head.branch}` : `commit ${head?.commit.slice(0, 12)}`,
    ...(task && { task }),
    ...(operation && { operation: OPERATIONS[operation] }),
    index: join(folder, 'index'),
    others: [
      ...stashesIn(git, refs),
      ...worktreesIn(git, refs, basename(worktree)),
      ...headOfRepository(git, refs),
      ...namesIn(refs, 'heads', 'branch').filter(({ what }) => what !== `branch ${taskBranch}`),
      ...namesIn(refs, 'tags', 'tag'),
    ],
    fetched: [...fetchHeadIn(folder), ...fetchedIn(refs, 'remotes'), ...fetchedIn(refs, 'tags')].slice(0, MOST),
  };
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

const configOf = (git: string): string => readRegular(join(git, 'config'), LONGEST);

/** All refs, by their full names. A loose ref overrides a packed one. */
function refsIn(git: string): Map<string, string> {
  const refs = new Map<string, string>();
  let tag = '';
  for (const line of readRegular(join(git, 'packed-refs'), LONGEST).split('\n')) {
    const [, commit, name = tag] = /^\^?([0-9a-f]{40})(?: (refs\/.+))?$/.exec(line) ?? [];
    if (commit && name) refs.set(name, commit);
    // The line of a tag is followed by a line with its target.
    tag = name;
  }
  for (const name of filesBelow(git, 'refs')) {
    const commit = follow(git, `ref: ${name}`, refs);
    if (commit) refs.set(name, commit);
  }
  return refs;
}

function* filesBelow(folder: string, path: string): Generator<string> {
  let count = 0;
  const waiting = [path];
  for (let next = waiting.pop(); next !== undefined && count < MOST * 50; next = waiting.pop()) {
    for (const entry of entriesOf(join(folder, next))) {
      count += 1;
      if (entry.isDirectory()) waiting.push(`${next}/${entry.name}`);
      else if (entry.isFile()) yield `${next}/${entry.name}`;
    }
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** The commit of a HEAD or ref, which may refer to another ref. */
function follow(git: string, text: string, packed: ReadonlyMap<string, string>): string | undefined {
  let value = text;
  for (let depth = 0; depth < DEPTH; depth++) {
    if (COMMIT.test(value) && value.length === 40) return value;
    const name = refNamed(value);
    if (name === undefined) return undefined;
    value = readRegular(join(git, name), 1024).trim() || packed.get(name) || '';
  }
  return undefined;
}

/** The ref that a text refers to. It must be inside the folder of refs, like any valid name. */
function refNamed(text: string): string | undefined {
  const [, name] = /^ref: (refs\/.+)$/.exec(text) ?? [];
  return name?.split('/').some((part) => part === '' || part.startsWith('.')) ? undefined : name;
}

function headIn(folder: string, refs: ReadonlyMap<string, string>): { commit: string; branch?: string } | undefined {
  const text = readRegular(join(folder, 'HEAD'), 4096).trim();
  if (COMMIT.test(text) && text.length === 40) return { commit: text };
  const name = refNamed(text);
  const commit = name && refs.get(name);
  return commit ? { commit, branch: name.replace(/^refs\/heads\//, '') } : undefined;
}

function namesIn(refs: ReadonlyMap<string, string>, folder: string, kind: string): Named[] {
  const start = `refs/${folder}/`;
  return [...refs].flatMap(([ref, commit]) => {
    const name = ref.slice(start.length);
    return ref.startsWith(start) ? [{ what: `${kind} ${name}`, suffix: suffixOf(name), commit }] : [];
  });
}

/** The agent may also work in the repository's main folder. */
function headOfRepository(git: string, refs: ReadonlyMap<string, string>): Named[] {
  const head = headIn(git, refs);
  return head ? [{ what: 'the repository’s own folder', suffix: 'repository', commit: head.commit }] : [];
}

/** The stash's log lists the entries below the newest one. */
function stashesIn(git: string, refs: ReadonlyMap<string, string>): Named[] {
  const log = readRegular(join(git, 'logs/refs/stash'), LONGEST).split('\n');
  const commits = log.flatMap((line) => /^[0-9a-f]{40} ([0-9a-f]{40}) /.exec(line)?.[1] ?? []);
  const all = new Set([...commits.reverse(), ...(refs.has('refs/stash') ? [refs.get('refs/stash') ?? ''] : [])]);
  return [...all].slice(0, MOST).map((commit, at) => ({ what: STASH, suffix: `stash-${at + 1}`, commit }));
}

function worktreesIn(git: string, refs: ReadonlyMap<string, string>, own: string): Named[] {
  const others = entriesOf(join(git, 'worktrees')).filter((entry) => entry.isDirectory() && entry.name !== own);
  return others.slice(0, MOST).flatMap(({ name }) => {
    const folder = join(git, 'worktrees', name);
    const head = headIn(folder, refs);
    if (head === undefined) return [];
    const link = readRegular(join(folder, 'gitdir'), 4096).trim();
    const directory = resolve(isAbsolute(link) ? link : join(folder, link), '..');
    return [
      {
        what: `worktree ${name}`,
        suffix: suffixOf(name),
        commit: head.commit,
        directory,
        index: join(folder, 'index'),
      },
    ];
  });
}

const fetchedIn = (refs: ReadonlyMap<string, string>, folder: string): string[] =>
  namesIn(refs, folder, '').map(({ commit }) => commit);

function fetchHeadIn(folder: string): string[] {
  const lines = readRegular(join(folder, 'FETCH_HEAD'), LONGEST).split('\n');
  return lines.flatMap((line) => /^([0-9a-f]{40})\t/.exec(line)?.[1] ?? []);
}

/** The part of a name that a branch name may contain. */
const suffixOf = (name: string): string =>
  name
    .replace(/[^\w-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60) || 'other';
