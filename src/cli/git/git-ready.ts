import { InputError } from '../../run/problems.js';
import { type Finding, isBad } from '../terminal/finding.js';
import type { UserGit } from './user-git.js';

/** The first version with `git merge-tree --write-tree`. */
const OLDEST = [2, 38] as const;

/** Whether the user's git can merge branches without a checkout, and commit in the user's name. */
export async function gitFindings(git: UserGit): Promise<Finding[]> {
  const shown = await git.here(['--version']);
  if (shown === undefined) {
    const fix = 'install it: https://git-scm.com/downloads';
    return [{ check: 'git', state: 'missing', message: 'git is missing, or does not print its version', fix }];
  }
  const refused = await git.check().catch((error: Error) => error.message);
  if (refused) {
    const message = `git does not work in this checkout: ${refused}`;
    return [versionFinding(shown), { check: 'git checkout', state: 'wrong', message, fix: 'git status' }];
  }
  return [versionFinding(shown), await identityFinding(git)];
}

/**
 * Reports problems at once that would otherwise appear after the pods have done their work.
 * @throws InputError with every problem and its fix
 */
export async function checkGit(git: UserGit): Promise<void> {
  const bad = (await gitFindings(git)).filter(isBad);
  if (bad.length > 0) throw new InputError(bad.map(({ message, fix = '' }) => `${message}: ${fix}`));
}

function versionFinding(shown: string): Finding {
  const [, version = shown, major, minor] = /(([0-9]+)\.([0-9]+)\S*)/.exec(shown) ?? [];
  const check = 'git';
  const enough = Number(major) > OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1]);
  if (enough) return { check, state: 'ok', message: version };
  const needed = OLDEST.join('.');
  const fix = `install Git ${needed} or later: https://git-scm.com/downloads`;
  return { check, state: 'wrong', message: `git ${version} is older than ${needed} and cannot merge branches`, fix };
}

async function identityFinding(git: UserGit): Promise<Finding> {
  const check = 'git identity';
  // Git itself is asked: a name may also come from the environment, or be derived from the machine's.
  const author = await git.try(['var', 'GIT_AUTHOR_IDENT']);
  const committer = await git.try(['var', 'GIT_COMMITTER_IDENT']);
  if (author && committer) return { check, state: 'ok', message: committer.replace(/ \d+ [+-]\d+$/, '') };
  const [name, email] = [await git.try(['config', 'user.name']), await git.try(['config', 'user.email'])];
  const lacking = [
    ...(name ? [] : ["git config --global user.name 'YOUR NAME'"]),
    ...(email ? [] : ["git config --global user.email 'YOU@EXAMPLE.COM'"]),
  ];
  const message = 'git has no name or email for its merge commits';
  return { check, state: 'missing', message, fix: lacking.join(' && ') || 'git var GIT_COMMITTER_IDENT' };
}
