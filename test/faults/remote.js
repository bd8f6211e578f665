// @ts-check
// What is on the remote, as its bare repository says it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitIn } from '../support/git-server.js';

const succeeds = (/** @type {Promise<unknown>} */ promise) =>
  promise.then(
    () => true,
    () => false,
  );

/** @param {string} dir @param {string[]} pattern @returns {Promise<string[]>} full names */
export async function refsIn(dir, ...pattern) {
  const refs = await gitIn(dir, 'for-each-ref', '--format=%(refname)', ...pattern);
  return refs.split('\n').filter((ref) => ref !== '');
}

/** Refs of checkpoints. @param {string} dir @param {string} branch */
export const checkpointsIn = (dir, branch) => refsIn(dir, 'refs/agent-runner/', `refs/heads/${branch}-wip`);

/** @param {string} dir @param {string} revision @param {string} path @param {string} text */
export const holds = async (dir, revision, path, text) =>
  (await gitIn(dir, 'cat-file', 'blob', `${revision}:${path}`).catch(() => undefined)) === text.trimEnd();

/**
 * Whether a file was so in the history of a ref: what others did to it later is theirs.
 * @param {string} dir @param {string} ref @param {string} path @param {string} text
 */
export async function everHeld(dir, ref, path, text) {
  const commits = (await gitIn(dir, 'rev-list', '--max-count=10', ref, '--', path)).split('\n');
  const held = await Promise.all(commits.map((commit) => commit !== '' && holds(dir, commit, path, text)));
  return held.includes(true);
}

/** @param {string} dir @param {string} commit @param {string} ref */
export const reaches = (dir, commit, ref) => succeeds(gitIn(dir, 'merge-base', '--is-ancestor', commit, ref));

/** @typedef {{ branch: string, commit: string, bytes: Buffer }} Bundle */

/** The last bundle in a log. @param {readonly string[]} log @returns {Bundle | undefined} */
export function bundleIn(log) {
  const lines = log.flatMap((line) => /^bundle +\| (.*)$/.exec(line)?.[1] ?? []);
  const begin = lines.findLastIndex((line) => line.startsWith('begin '));
  const [, branch = '', commit = '', , , count] = lines[begin]?.split(' ') ?? [];
  if (!branch) return undefined;
  const parts = lines.slice(begin + 1, begin + 1 + Number(count)).map((line) => line.split(' ')[1] ?? '');
  return { branch, commit, bytes: Buffer.concat(parts.map((part) => Buffer.from(part, 'base64'))) };
}

/**
 * What a user does with a bundle: takes it into a clone of the repository.
 * @template T
 * @param {string} dir @param {Bundle} bundle
 * @param {(clone: string, commit: string) => Promise<T>} look
 * @returns {Promise<T | undefined>} undefined when git does not take it
 */
export async function withBundle(dir, { branch, bytes }, look) {
  const folder = mkdtempSync(join(tmpdir(), 'agent-runner-bundle-'));
  try {
    const clone = join(folder, 'clone');
    await gitIn(folder, 'clone', '--quiet', '--bare', dir, clone);
    writeFileSync(join(folder, 'work.bundle'), bytes);
    if (!(await succeeds(gitIn(clone, 'fetch', '--quiet', join(folder, 'work.bundle'), branch)))) return undefined;
    return await look(clone, await gitIn(clone, 'rev-parse', 'FETCH_HEAD'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
