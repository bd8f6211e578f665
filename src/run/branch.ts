import { hasControls, quoted } from './controls.js';
import { InputError } from './problems.js';

/** Most bytes of a branch's name: a file system takes 255 for a part of it, and `.lock` is put behind. */
export const BRANCH_BYTES = 200;

const RULES: readonly [rule: string, broken: (branch: string) => boolean][] = [
  ['must not be empty', (b) => b === ''],
  ['must not contain spaces or control characters', (b) => b.includes(' ') || hasControls(b)],
  ['must not contain any of ~ ^ : ? * [ \\', (b) => /[~^:?*[\\]/.test(b)],
  ['must not contain ".."', (b) => b.includes('..')],
  ['must not contain "@{"', (b) => b.includes('@{')],
  ['must not be "@" or "HEAD"', (b) => b === '@' || b === 'HEAD'],
  ['must not start with "-"', (b) => b.startsWith('-')],
  ['must not begin or end with "/" or contain "//"', (b) => /^\/|\/$|\/\//.test(b)],
  ['must not end with "."', (b) => b.endsWith('.')],
  [
    'must not have a part that starts with "." or ends with ".lock"',
    (b) => b.split('/').some((p) => p.startsWith('.') || p.endsWith('.lock')),
  ],
  ['must not start with "refs/": give the branch alone', (b) => b.startsWith('refs/')],
  [`must not be longer than ${BRANCH_BYTES} bytes`, (b) => Buffer.byteLength(b) > BRANCH_BYTES],
];

/**
 * Refuses what `git check-ref-format --branch` refuses, full refs, and names that a terminal shows as others. SpawnPolicy has
 * the same rules.
 * @param field how the user named it, for the message
 * @throws InputError with every rule that is broken
 * @see https://git-scm.com/docs/git-check-ref-format
 */
export function checkBranch(branch: string, field = 'branch'): string {
  const broken = RULES.filter(([, isBroken]) => isBroken(branch)).map(([rule]) => `${field} ${quoted(branch)} ${rule}`);
  if (broken.length > 0) throw new InputError(broken);
  return branch;
}
