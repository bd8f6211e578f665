// @ts-check

import { isOwnBranch } from '../../lib/run/names.js';
import { OUTCOMES } from '../../lib/run/outcomes.js';
import { parseResult } from '../../lib/run/result.js';
import { unsupported, untold } from './claims.js';
import { bundleIn, checkpointsIn, everHeld, holds, reaches, refsIn, withBundle } from './remote.js';
import { CHECKPOINT, FILES } from './work.js';

/**
 * @typedef {import('../../src/run/result.js').Result} Result
 * @typedef {{ code: number | null, log: string[], termination: string, overdue: boolean, started: number, seconds: number }} Ended
 * @typedef {object} Seen what there is to judge
 * @property {import('./cases.js').Case} one
 * @property {import('./site.js').Site} site
 * @property {import('./moments.js').Course} course
 * @property {Ended} first
 * @property {Ended | undefined} second
 * @property {string[]} saved refs of checkpoints when the first run had ended
 * @property {string[]} commits that branches of the remote had before, or got from others
 * @property {unknown} [broken] why the fault could not be made
 * @property {boolean} happened whether the moment came
 *
 * @typedef {object} Verdict
 * @property {import('./cases.js').Case} one
 * @property {import('./fault.js').Ending} given
 * @property {string} where the work is
 * @property {string[]} lost
 * @property {string[]} claims that the remote does not support
 * @property {string[]} problems of every other kind
 * @property {string} says the result's message
 * @property {number} runs
 * @property {number} delivered
 * @property {number} seconds
 * @property {string[]} log
 * @property {boolean} happened whether the moment came
 * @property {number | undefined} start seconds up to the model's first answer
 */

/** What a push of a checkpoint may take beside the interval, in milliseconds. */
const PUSH = 3000;

/** @param {Seen} seen @returns {Promise<Verdict>} */
export async function judge(seen) {
  const { one, site, course, first, second, saved, commits, broken, happened } = seen;
  const { dir } = site.world.repository;
  const { branch } = site;
  const result = resultOf(first);
  const given = first.code === null ? 'none' : (result?.outcome ?? 'none');
  const expected = one.fault.endings[one.moment] ?? [];
  const branches = await refsIn(dir, 'refs/heads/');

  /** @type {string[]} */
  const problems = [];
  if (broken) problems.push(`the fault could not be made: ${broken}`);
  if (!happened) problems.push('the moment never came');
  if (first.overdue) problems.push('it did not end in time and had to be killed');
  if (!expected.includes(given)) problems.push(`ended as ${given}`);
  if (result && OUTCOMES[result.outcome].exitCode !== first.code) problems.push(`exit code ${first.code}`);
  if (!result && first.code !== null) problems.push(`exit code ${first.code} and no result`);

  // What the agent could not write is not in the log as written.
  const written = FILES.filter(({ path }) => course.written.has(path));
  const bundle = bundleIn(first.log);
  const inBundle = bundle && (await withBundle(dir, bundle, filesOf));
  const claims = result ? await unsupported(dir, branch, result, written, bundle, inBundle?.commit) : [];

  /** @type {Set<string>} */
  const places = new Set();
  /** @type {string[]} */
  const lost = [];
  for (const { path, text } of written) {
    const at = course.written.get(path) ?? 0;
    const found = [];
    for (const ref of [...branches, ...(second ? [] : saved)])
      if (await everHeld(dir, ref, path, text)) found.push(ref);
    for (const ref of found) places.add(placeOf(ref, branch));
    if (inBundle?.paths.includes(path)) places.add('a bundle in the log');
    const mayBeLost = given === 'none' && at + CHECKPOINT * 1000 + PUSH > site.killedAt;
    if (found.length === 0 && !inBundle?.paths.includes(path) && !mayBeLost) lost.push(path);
  }
  for (const commit of commits) {
    const kept = await Promise.all(branches.map((ref) => reaches(dir, commit, ref)));
    if (!kept.includes(true)) lost.push(`commit ${commit.slice(0, 12)}`);
  }
  if (given !== 'none' && given !== 'delivered') problems.push(...untold(first.log, given, places.size > 0));
  if (second) {
    const next = resultOf(second);
    if (next?.outcome !== 'delivered') problems.push(`the next run ended as ${next?.outcome}: ${next?.message}`);
    else claims.push(...(await unsupported(dir, branch, next, FILES.slice(1))));
    if (saved.length > 0 && !(await holds(dir, branch, FILES[0].path, FILES[0].text))) lost.push('the checkpoint');
    if (saved.length > 0) places.add('a checkpoint, which the next run delivered');
  }
  const ends = [given, ...(second ? [resultOf(second)?.outcome] : [])];
  if (ends.at(-1) === 'delivered') {
    const left = await checkpointsIn(dir, branch);
    if (left.length > 0) problems.push(`${left} is left on the remote`);
  }
  const asked = course.seen.get('before a file is written');
  return {
    one,
    given,
    where: [...places].join(', ') || (written.length > 0 ? 'not saved' : 'there was none'),
    lost,
    claims,
    problems,
    runs: ends.length,
    delivered: ends.filter((end) => end === 'delivered').length,
    says: result?.message ?? '',
    seconds: Math.round(first.seconds + (second?.seconds ?? 0)),
    log: [...first.log, ...(second ? ['', 'The next run:', ...second.log] : [])],
    happened,
    start: asked && (asked - first.started) / 1000,
  };
}

/** The termination message; on a full disk the log's last line says the same. @param {Ended} ended @returns {Result | undefined} */
const resultOf = ({ termination, log }) => parseResult(termination) ?? parseResult(log.at(-1));

/** @param {string} clone @param {string} commit */
async function filesOf(clone, commit) {
  const found = await Promise.all(FILES.map(({ path, text }) => holds(clone, commit, path, text)));
  return { commit, paths: FILES.map(({ path }) => String(path)).filter((_, index) => found[index]) };
}

/** @param {string} ref @param {string} branch */
function placeOf(ref, branch) {
  if (ref === `refs/heads/${branch}`) return 'the task’s branch';
  if (isOwnBranch(ref.slice('refs/heads/'.length), branch)) return 'a branch in its place';
  if (ref.startsWith('refs/agent-runner/') || ref.endsWith('-wip')) return 'the checkpoint';
  return 'a branch of the attempt';
}
