import { realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';

/** A key of git's configuration with its value. */
export type Setting = readonly [key: string, value: string];

/** A setting with its scope and its file. */
export interface Found {
  /** `system`, `global`, `local`, `worktree` or `command`. */
  readonly scope: string;
  readonly file: string;
  readonly setting: Setting;
}

/** Reads what `git config --list --show-scope --show-origin -z` prints. */
export function parseListing(listing: string): Found[] {
  const fields = listing.split('\0');
  const found: Found[] = [];
  for (let index = 0; index + 2 < fields.length; index += 3) {
    const [scope = '', origin = '', text = ''] = fields.slice(index, index + 3);
    const at = text.indexOf('\n');
    // A key without a value is true.
    const setting: Setting = at < 0 ? [text, 'true'] : [text.slice(0, at), text.slice(at + 1)];
    found.push({ scope, file: origin.replace(/^file:/, ''), setting });
  }
  return found;
}

/** Whether the user or the machine has set it, not a checkout. */
export const isOfUser = ({ scope }: Found): boolean => scope === 'system' || scope === 'global';

/** Includes are not needed any more: git's list already has the settings that they include. */
const INCLUDES = /^include(if\..*)?\.path$/s;
/** Hooks that a configuration names, since Git 2.54. */
const HOOK = /^hook\.(.+)\.[a-z]+$/s;

/** Whether git needs a setting of the user's for its work. */
export const isForWork = ([key]: Setting): boolean => !INCLUDES.test(key) && !HOOK.test(key);

/** Settings that switch off each hook that a configuration names. */
export function hooksOff(settings: readonly Setting[]): Setting[] {
  const names = new Set(settings.flatMap(([key]) => HOOK.exec(key)?.[1] ?? []));
  return [...names].flatMap((name): Setting[] => [
    [`hook.${name}.enabled`, 'false'],
    [`hook.${name}.command`, 'true'],
  ]);
}

/** Settings of a checkout that name no program, no transport and no file that git would run. */
const HARMLESS = [
  /^(user|author|committer)\.(name|email)$/,
  /^user\.useconfigonly$/,
  /^branch\..+\.(remote|merge)$/s,
  /^remote\..+\.(promisor|partialclonefilter)$/s,
  /^http\.(.+\.)?(proxy|noproxy|sslcainfo|sslcapath|sslcert|sslkey|sslverify|sslversion|extraheader|version)$/s,
  /^http\.(.+\.)?(postbuffer|useragent|lowspeedlimit|lowspeedtime|followredirects|curloptresolve)$/s,
  /^credential\.(.+\.)?(username|usehttppath)$/s,
  /^merge\.(conflictstyle|renames|renamelimit|directoryrenames)$/,
  /^diff\.(renames|renamelimit)$/,
];

/** A credential helper that comes with git or is on PATH, without any shell syntax. */
const HELPER = /^credential\.(.+\.)?helper$/s;
const HELPER_NAME = /^([a-z][a-z0-9-]*)?$/;

/** `ssh -i ~/.ssh/id_work -o IdentitiesOnly=yes`: chooses another key, and runs nothing. */
const SSH = 'core.sshcommand';
const SSH_OPTION = [
  '-i\\s*(\\$HOME/)?[\\w.~/@+-]+',
  '-i\\s*"[\\w.~/@+ -]+"',
  "-i\\s*'[\\w.~/@+ -]+'",
  '-o\\s*(IdentitiesOnly|BatchMode|AddKeysToAgent|StrictHostKeyChecking|ConnectTimeout|ServerAliveInterval)=[\\w-]+',
  '-F\\s*(/dev/null|none)',
  '-p\\s*\\d+',
  '-l\\s*[\\w.-]+',
  '-[46aTxvq]',
].join('|');
const SSH_WITH_KEY = new RegExp(`^(/usr/bin/)?ssh(\\s+(${SSH_OPTION}))*$`);

const URL = /^remote\..+\.url$/s;
const REWRITTEN = /^url\.(.+)\.insteadof$/s;
/** `ext::program`: another program speaks to the remote. */
const HELPED = /^[\w+.-]+::/;

/**
 * Whether the commands use a setting of a checkout's configuration.
 * @see https://git-scm.com/docs/git-config
 */
export function isHarmless([key, value]: Setting): boolean {
  if (value.includes('\n')) return false;
  if (HELPER.test(key)) return HELPER_NAME.test(value);
  if (key === SSH) return SSH_WITH_KEY.test(value.trim());
  if (URL.test(key)) return !HELPED.test(value);
  const [, base] = REWRITTEN.exec(key) ?? [];
  if (base !== undefined) return !HELPED.test(base);
  return HARMLESS.some((pattern) => pattern.test(key));
}

/** Whether a URL has a host, so that the rest is never a path on this machine. */
const isOnNetwork = (url: string): boolean =>
  /^(https?|ssh|git):\/\/[^/\s]+/.test(url) || /^[^/:]+:(?!:|\/\/)/.test(url);

/** Endings that git tries when a path names no repository. */
const ENDINGS = ['', '.git', '/.git'];

/**
 * Whether a URL, as git has rewritten it, may lead to a repository that a branch has brought. A push would run that
 * repository's hooks.
 * @param trees the checkout and those that it belongs to, without links
 */
export function mayBeOfTree(url: string, trees: readonly string[]): boolean {
  if (isOnNetwork(url)) return false;
  const path = url.replace(/^file:\/\/(?=\/)/, '');
  // Git decodes the path of such a URL, and drops its host.
  if (path.startsWith('file:') || (path !== url && path.includes('%'))) return true;
  const places = ENDINGS.map((ending) => resolve(trees[0] ?? '/', `${path}${ending}`));
  return [...places, ...places.map(real)].some(
    (place) => /^\/(proc|dev|sys)\//.test(place) || trees.some((tree) => isInside(place, tree)),
  );
}

/** Settings with which a user may have chosen how git reaches a remote. */
const TRANSPORT = [
  /^core\.(sshcommand|gitproxy|askpass)$/s,
  /^credential\..*helper$/s,
  /^url\..*insteadof$/s,
  /^remote\..+\.(url|uploadpack|receivepack|vcs)$/s,
];

/** Whether a user who cannot reach a remote should know that this setting was not used. */
export const isMissed = ([key]: Setting): boolean => TRANSPORT.some((pattern) => pattern.test(key));

/**
 * Whether a file is in a tree, where a branch can bring it, and not in a git directory.
 * @param trees the checkout and those that it belongs to, without links
 */
export function isOfTree(file: string, trees: readonly string[], gitDirectories: readonly string[]): boolean {
  const path = real(resolve(trees[0] ?? '/', file));
  const isOwn = gitDirectories.some((directory) => isInside(path, real(directory)));
  return !isOwn && trees.some((tree) => isInside(path, tree));
}

/** Whether a path is a folder or below it. */
export function isInside(path: string, folder: string): boolean {
  const rest = relative(folder, path);
  return rest === '' || (rest !== '..' && !rest.startsWith('../') && !isAbsolute(rest));
}

/** A path without links. A path that does not exist is returned as it is. */
export function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Settings in the format of git's files. See https://git-scm.com/docs/git-config#_syntax */
export function formatSettings(settings: readonly Setting[]): string {
  return settings
    .map(([key, value]) => `${headOf(key)}\n\t${key.slice(key.lastIndexOf('.') + 1)} = ${quoted(value)}\n`)
    .join('');
}

function headOf(key: string): string {
  const [section, ...rest] = key.split('.');
  const subsection = rest.slice(0, -1).join('.');
  return rest.length === 1 ? `[${section}]` : `[${section} "${subsection.replace(/[\\"]/g, '\\$&')}"]`;
}

const quoted = (value: string): string =>
  `"${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\b', '\\b')}"`;
