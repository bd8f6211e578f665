// @ts-check
import { isOwnBranch } from '../../lib/run/names.js';
import { holds, reaches } from './remote.js';

/**
 * What a result says that is not so.
 * @param {string} dir @param {string} branch @param {import('../../src/run/result.js').Result} result
 * @param {readonly import('./work.js').File[]} files that a delivered commit has
 * @param {import('./remote.js').Bundle} [bundle]
 * @param {string} [bundled] the commit that git found in it
 */
export async function unsupported(
  dir,
  branch,
  { outcome, commit, salvage, branch: told = branch },
  files,
  bundle,
  bundled,
) {
  /** @type {string[]} */
  const claims = [];
  if (outcome === 'delivered') {
    if (!isOwnBranch(told, branch)) claims.push(`delivered to ${told}`);
    if (!commit || !(await reaches(dir, commit, `refs/heads/${told}`))) claims.push(`delivered as ${commit}`);
    for (const { path, text } of files) {
      if (!(await holds(dir, commit ?? '', path, text))) claims.push(`delivered without ${path}`);
    }
  } else if (commit) claims.push(`${outcome} with commit ${commit}`);
  if (salvage?.pushed && !(await reaches(dir, salvage.commit, `refs/heads/${salvage.branch}`))) {
    claims.push(`saved as ${salvage.commit} on ${salvage.branch}`);
  }
  if (salvage && !salvage.pushed && 'commit' in salvage && bundled !== salvage.commit) {
    claims.push(`a bundle with ${salvage.commit}: ${bundle ? 'git does not take it' : 'it is not in the log'}`);
  }
  return claims;
}

/** What the end of a log does not say. @param {readonly string[]} log @param {string} outcome @param {boolean} worked */
export function untold(log, outcome, worked) {
  const end = log.filter((line) => !line.startsWith('{')).slice(-5);
  const text = end.join('\n');
  /** @type {string[]} */
  const problems = [];
  if (!text.includes(`${outcome}: `)) problems.push('the end of the log does not say what happened');
  if (worked && !/what it had done is|nothing was saved|bundle|checkpoint/.test(text)) {
    problems.push('the end of the log does not say where the work is');
  }
  if (!/next: /.test(text)) problems.push('the end of the log does not say what to do');
  return problems;
}
