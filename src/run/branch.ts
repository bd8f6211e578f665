import { hasControls, quoted } from './controls.js';
import { InputError } from './problems.js';

/**
 * The longest branch name, in bytes. A file system allows 255 bytes for each part of a path, and Git appends `.lock`.
 */
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
  ['must not start with "refs/": give only the branch name', (b) => b.startsWith('refs/')],
  [`must not be longer than ${BRANCH_BYTES} bytes`, (b) => Buffer.byteLength(b) > BRANCH_BYTES],
];

/**
 * Refuses names that `git check-ref-format --branch` refuses, full refs, and names with characters that change what a
 * terminal shows. SpawnPolicy has the same rules.
 * @param field what the user calls the value, for the message
 * @throws InputError that lists every broken rule
 * @see https://git-scm.com/docs/git-check-ref-format
 */
export function checkBranch(branch: string, field = 'branch'): string {
  const broken = RULES.filter(([, isBroken]) => isBroken(branch)).map(([rule]) => `${field} ${quoted(branch)} ${rule}`);
  if (broken.length > 0) throw new InputError(broken);
  return branch;
}
