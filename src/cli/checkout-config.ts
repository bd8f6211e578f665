import { realpathSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';

/** A key of git's configuration with its value. */
export type Setting = readonly [key: string, value: string];

/** Settings of a checkout that name no program, no transport and no file that git would run. */
const HARMLESS = [
  /^(user|author|committer)\.(name|email)$/,
  /^user\.useconfigonly$/,
  /^branch\..+\.(remote|merge)$/s,
  /^remote\..+\.(promisor|partialclonefilter)$/s,
  /^http\.(.+\.)?(proxy|noproxy|sslcainfo|sslcapath|sslcert|sslkey|sslverify|sslversion|extraheader|version|postbuffer|useragent|lowspeedlimit|lowspeedtime|followredirects)$/s,
  /^credential\.(.+\.)?(username|usehttppath)$/s,
  /^merge\.(conflictstyle|renames|renamelimit|directoryrenames)$/,
  /^diff\.(renames|renamelimit)$/,
];

/** A credential helper that comes with git or stands on PATH, without a word of shell. */
const HELPER = /^credential\.(.+\.)?helper$/s;
const HELPER_NAME = /^([a-z][a-z0-9-]*)?$/;

/** `ssh -i ~/.ssh/id_work -o IdentitiesOnly=yes`: another key, and nothing that runs. */
const SSH = 'core.sshcommand';
const SSH_WITH_KEY =
  /^ssh(\s+(-i\s*[\w.~/@+-]+|-o\s*(IdentitiesOnly|BatchMode)=(yes|no)|-p\s*\d+|-l\s*[\w.-]+|-[46aTx]))*$/;

const URL = /^remote\..+\.url$/s;
const REWRITTEN = /^url\.(.+)\.(insteadof|pushinsteadof)$/s;

/**
 * What of a checkout's configuration the commands go by.
 * @param top of the checkout
 * @see https://git-scm.com/docs/git-config
 */
export function isHarmless([key, value]: Setting, top: string): boolean {
  if (value.includes('\n')) return false;
  if (HELPER.test(key)) return HELPER_NAME.test(value);
  if (key === SSH) return SSH_WITH_KEY.test(value.trim());
  if (URL.test(key)) return isElsewhere(value, top);
  const [, base] = REWRITTEN.exec(key) ?? [];
  if (base !== undefined) return isElsewhere(base, top);
  return HARMLESS.some((pattern) => pattern.test(key));
}

/** A repository that is not in the tree, whose hooks a push would run, and that no program of its URL's choice opens. */
function isElsewhere(url: string, top: string): boolean {
  if (/^[\w+.-]+::/.test(url)) return false;
  const isRemote = /^(?!file:)[\w+.-]+:\/\//.test(url) || /^[^/]+:/.test(url.replace(/^file:.*/, ''));
  return isRemote || !isInside(real(resolve(top, url.replace(/^file:\/\//, ''))), real(top));
}

/** Settings by which a user may have chosen how a remote is reached. */
const TRANSPORT =
  /^(core\.(sshcommand|gitproxy|askpass)|credential\..*helper|url\..*insteadof|remote\..+\.(url|uploadpack|receivepack|vcs))$/s;

/** Whether somebody who cannot reach a remote should know that a setting was not used. */
export const isMissed = ([key]: Setting): boolean => TRANSPORT.test(key);

/** A setting, and the file that it stands in. */
export interface Found {
  readonly file: string;
  readonly setting: Setting;
}

/** Reads what `git config --list --show-origin -z` prints. */
export function parseListing(listing: string): Found[] {
  const fields = listing.split('\0');
  const found: Found[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const file = fields[index]?.replace(/^file:/, '') ?? '';
    const [key = '', ...lines] = fields[index + 1]?.split('\n') ?? [];
    found.push({ file, setting: [key, lines.join('\n')] });
  }
  return found;
}

/**
 * Whether a file is in the tree of a checkout, where a branch brings it, and not in its git directory.
 * @param top of the checkout
 * @param own git directories, which a branch cannot write to
 */
export function isOfTree(file: string, top: string, own: readonly string[]): boolean {
  const path = real(resolve(top, file));
  return isInside(path, real(top)) && !own.some((directory) => isInside(path, real(directory)));
}

/** Whether a path is a folder or below it. */
export function isInside(path: string, folder: string): boolean {
  const rest = relative(folder, path);
  return rest === '' || (!rest.startsWith('..') && !isAbsolute(rest));
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return join(path);
  }
}
