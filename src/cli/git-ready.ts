import { InputError } from '../run/problems.js';
import { type Finding, isBad } from './doctor/finding.js';
import type { UserGit } from './user-git.js';

/** `git merge-tree --write-tree` came with it. */
const OLDEST = [2, 38] as const;

/** Whether the user's git can put branches together: it merges without a checkout, and commits in the user's name. */
export async function gitFindings(git: UserGit): Promise<Finding[]> {
  const shown = await git.here(['--version']);
  if (shown === undefined) {
    const fix = 'install it: https://git-scm.com/downloads';
    return [{ check: 'git', state: 'missing', message: 'there is no git that says its version', fix }];
  }
  const refused = await git.check().catch((error: Error) => error.message);
  if (refused) {
    const message = `git does not work in this checkout: ${refused}`;
    return [versionFinding(shown), { check: 'git checkout', state: 'wrong', message, fix: 'git status' }];
  }
  return [versionFinding(shown), await identityFinding(git)];
}

/**
 * Refuses at once what would fail after the pods have done their work.
 * @throws InputError with what is in the way, and what mends it
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
  // Git's own answer: a name may also come from the environment, or be made up from the machine's.
  const author = await git.try(['var', 'GIT_AUTHOR_IDENT']);
  const committer = await git.try(['var', 'GIT_COMMITTER_IDENT']);
  if (author && committer) return { check, state: 'ok', message: committer.replace(/ \d+ [+-]\d+$/, '') };
  const [name, email] = [await git.try(['config', 'user.name']), await git.try(['config', 'user.email'])];
  const lacking = [
    ...(name ? [] : ["git config --global user.name 'YOUR NAME'"]),
    ...(email ? [] : ["git config --global user.email 'YOU@EXAMPLE.COM'"]),
  ];
  const message = 'git does not know in whose name it merges';
  return { check, state: 'missing', message, fix: lacking.join(' && ') || 'git var GIT_COMMITTER_IDENT' };
}
