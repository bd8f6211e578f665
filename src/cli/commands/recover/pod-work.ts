import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterError } from '../../../cluster/errors.js';
import type { Pod } from '../../../cluster/pod.js';
import { runState } from '../../../cluster/run-state.js';
import type { Runs } from '../../../cluster/runs.js';
import { checkBranch } from '../../../run/branch.js';
import { type Bundle, parseBundle } from '../../../run/bundle.js';
import { ANNOTATIONS } from '../../../run/metadata.js';
import { attemptBranch, checkpointRefs, shortCommit } from '../../../run/names.js';
import { InputError } from '../../../run/problems.js';
import { parseRepository, type Repository } from '../../../run/repository.js';
import type { UserGit } from '../../git/user-git.js';

const annotation = ({ metadata }: Pod, name: keyof typeof ANNOTATIONS): string =>
  metadata.annotations?.[ANNOTATIONS[name]] ?? '';
const repositoryOf = (pod: Pod): Repository => parseRepository(annotation(pod, 'repository'));
/** The branch of a run's task. */
export const ownBranch = (pod: Pod): string => annotation(pod, 'branch');

export const isBranch = async (git: UserGit, name: string): Promise<boolean> =>
  (await git.here(['rev-parse', '--quiet', '--verify'], `refs/heads/${name}`)) !== undefined;

/** The run left no work. */
export class NoWork extends InputError {}

/**
 * Fetches the work of a run into a branch, from the place that its pod knows. Returns where that was.
 * @throws InputError when the run has not ended, or left nothing; ClusterError when its log cannot be read
 */
export async function fetchWork(pod: Pod, runs: Runs, git: UserGit, branch: string): Promise<string> {
  const state = runState(pod);
  const { name } = pod.metadata;
  if (state.phase !== 'ended') throw new InputError([`${name} has not ended; wait for its end, or cancel it`]);
  const { outcome, result } = state;
  const repository = await remoteOf(git, repositoryOf(pod));
  const fetch = (ref: string) => git.fetchBranch(repository, ref, branch);
  if (outcome === 'delivered') {
    const delivered = result?.branch ?? ownBranch(pod);
    await fetch(`refs/heads/${delivered}`);
    return `which was delivered as branch ${delivered}`;
  }
  if (result?.salvage?.pushed) {
    await fetch(`refs/heads/${result.salvage.branch}`);
    return `which it saved on branch ${result.salvage.branch}`;
  }
  const log = await runs.log(name).catch((error) => error as Error);
  const bundle = log instanceof Error ? undefined : bundleIn(log, name, ownBranch(pod));
  if (bundle) {
    await unbundle(git, bundle, repository, branch);
    return `from its log (commit ${shortCommit(bundle.commit)})`;
  }
  const branches = [ownBranch(pod), attemptBranch(ownBranch(pod), name)];
  for (const ref of branches.flatMap(checkpointRefs)) {
    const { code, stderr } = await git.status(['ls-remote', '--exit-code'], repository, ref);
    if (code === 0) {
      await fetch(ref);
      return `from its last checkpoint (${ref})`;
    }
    if (code !== NO_REF) {
      throw new InputError([`asking ${repository} for a checkpoint of ${name} failed: git ls-remote: ${stderr}`]);
    }
  }
  if (log instanceof Error) {
    throw new ClusterError(
      `${name} (${outcome}) left no branch and no checkpoint, and its log cannot be read: ${log.message}`,
    );
  }
  const reason = result?.salvage && !result.salvage.pushed ? `: ${result.salvage.reason}` : '';
  throw new NoWork([`${name} (${outcome}) left no work: no branch, nothing in its log, no checkpoint${reason}`]);
}

/**
 * Fetches work that the agent had put elsewhere in its git, each into its own branch. Returns where that was.
 * @throws InputError when a branch cannot be fetched; ClusterError when the log cannot be read
 */
export async function fetchOthers(pod: Pod, runs: Runs, git: UserGit): Promise<string[]> {
  const state = runState(pod);
  const others = state.phase === 'ended' ? (state.result?.others ?? []) : [];
  if (others.length === 0) return [];
  const repository = await remoteOf(git, repositoryOf(pod));
  const said: string[] = [];
  for (const { what, branch, inLog } of others) {
    if (branch === undefined) continue;
    const own = checkBranch(`recovered/${branch}`, 'the branch of the result');
    if (await isBranch(git, own)) {
      said.push(`branch ${own} already exists; ${what} of the agent's is not fetched again`);
      continue;
    }
    const bundle = inLog && bundleIn(await runs.log(pod.metadata.name), pod.metadata.name, branch);
    if (bundle) await unbundle(git, bundle, repository, own);
    else if (!inLog) await git.fetchBranch(repository, `refs/heads/${branch}`, own);
    else continue;
    said.push(
      `branch ${own} has ${what} of the agent's, ${inLog ? 'from its log' : `which it saved on branch ${branch}`}`,
    );
  }
  return said;
}

/** Exit code of `git ls-remote --exit-code` when there is no such ref. */
const NO_REF = 2;

/**
 * The checkout's own remote of a run's repository, if it has one: the user may reach it in another way than the pod.
 */
async function remoteOf(git: UserGit, { url: repository, identity }: Repository): Promise<string> {
  const identityOf = (url: string) => {
    try {
      return parseRepository(url).identity;
    } catch {
      return undefined;
    }
  };
  const listed = (await git.try(['config', '--get-regexp', '^remote\\..*\\.url$'])) ?? '';
  const remotes = listed.split('\n').map((line) => line.split(' '));
  const [key = ''] = remotes.find(([, url = '']) => identityOf(url) === identity) ?? [];
  return key.slice('remote.'.length, -'.url'.length) || repository;
}

function bundleIn(log: string, name: string, branch: string): Bundle | undefined {
  try {
    return parseBundle(log, branch);
  } catch (error) {
    throw new InputError([`the work in the log of ${name} cannot be read: ${(error as Error).message}`]);
  }
}

async function unbundle(git: UserGit, { bytes, start, branch: from }: Bundle, repository: string, branch: string) {
  const known = await git.try(['cat-file', '-e'], `${start}^{commit}`);
  if (known === undefined) await git.fetch(repository, start);
  const folder = mkdtempSync(join(tmpdir(), 'agent-runner-'));
  try {
    const file = join(folder, 'work.bundle');
    writeFileSync(file, bytes);
    await git.fetchBranch(file, `refs/heads/${from}`, branch);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
