import { InputError } from './problems.js';

/** How a credential opens a repository: a token over HTTPS, or a key over SSH. */
export type CredentialType = 'token' | 'ssh';

/** A remote repository: its URL, and the identity by which it is compared. */
export interface Repository {
  /** Canonical URL, without user, password, query or trailing slash. The scp form becomes `ssh://`. */
  readonly url: string;
  readonly protocol: 'https' | 'http' | 'ssh';
  /** Host (with a port that is not the protocol's default) and path without `.git`. It is equal for HTTPS and SSH. */
  readonly identity: string;
}

/** The longest URL, in characters. */
const LONGEST = 500;

const FORMS = 'allowed are https://host/owner/name, ssh://git@host/owner/name and git@host:owner/name';
const SCP = /^([\w.-]+)@([\w.-]+):(?!\/\/)\/?(.+)$/;

/**
 * @throws InputError for a URL with a password (which is never printed), a local path, or anything else that is not a
 * remote repository
 */
export function parseRepository(text: string): Repository {
  if (text.trim() === '') throw new InputError([`repo must not be empty; ${FORMS}`]);
  if (text.length > LONGEST) {
    throw new InputError([`repo is ${text.length} characters long; at most ${LONGEST} are allowed`]);
  }
  const url = parseUrl(text.replace(SCP, 'ssh://$1@$2/$3'));
  // Git decodes the user too: an encoded slash in it would turn its beginning into the host.
  const isUser = url?.protocol !== 'ssh:' || /^(\w[\w.-]*)?$/.test(url.username);
  if (!url || url.host.startsWith('-') || !isUser) {
    throw new InputError([`repo "${withoutSecrets(text)}" is not a remote repository; ${FORMS}`]);
  }
  const protocol = url.protocol.slice(0, -1);
  if (protocol !== 'https' && protocol !== 'http' && protocol !== 'ssh') {
    throw new InputError([`repo "${withoutSecrets(text)}" is not reachable from a pod; ${FORMS}`]);
  }
  if (url.password !== '' || (url.username !== '' && protocol !== 'ssh')) {
    throw new InputError([
      `repo "${withoutSecrets(text)}" carries a user or a password; remove it: credentials come from ` +
        `the environment's Secrets`,
    ]);
  }
  const path = canonicalPath(url.pathname.replace(/\/+$/, ''));
  if (url.search !== '' || url.hash !== '' || path === undefined) {
    throw new InputError([`repo "${withoutSecrets(text)}" has no path of a repository; ${FORMS}`]);
  }
  const page = pageOf(url.host.toLowerCase(), path);
  if (page !== undefined) {
    throw new InputError([`repo "${text}" is a page of a repository; give ${protocol}://${url.host}${page}`]);
  }
  const user = protocol === 'ssh' ? `${url.username || 'git'}@` : '';
  const host = (protocol === 'ssh' ? url.host.replace(/:22$/, '') : url.host).toLowerCase();
  return { protocol, url: `${protocol}://${user}${host}${path}`, identity: `${host}${path.replace(/\.git$/, '')}` };
}

/** The same repository with the protocol that the credential needs. A token leaves HTTP as it is. */
export function repositoryFor(repository: Repository, credential: CredentialType): Repository {
  if (credential === 'token' && repository.protocol === 'ssh') return translated(repository, 'https://');
  if (credential === 'ssh' && repository.protocol !== 'ssh') return translated(repository, 'ssh://git@');
  return repository;
}

/**
 * Whether one of the prefixes covers the repository. A prefix ends at a path segment (`https://host/org` does not cover
 * `https://host/org-two/x`). It covers both SSH and HTTPS. Only a prefix with `http://` covers plain HTTP. A prefix
 * that ends with `/` is a folder: it covers only repositories below it.
 */
export function isAllowed(repository: Repository, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => {
    const [, protocol, host, path] = /^(https?|ssh):\/\/(?:[^@/]+@)?([^/]+)(\/.*)?$/.exec(prefix) ?? [];
    if (!host || (repository.protocol === 'http') !== (protocol === 'http')) return false;
    const covered = `${host.toLowerCase()}${(path ?? '').replace(/\.git$/, '').replace(/\/+$/, '')}`;
    const isBelow = repository.identity.startsWith(`${covered}/`) && repository.identity !== `${covered}/`;
    return isBelow || (repository.identity === covered && !path?.endsWith('/'));
  });
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function translated(repository: Repository, start: string): Repository {
  const { url, identity } = repository;
  const to = start.startsWith('ssh') ? 'SSH' : 'HTTPS';
  const cannot = (remedy: string) =>
    new InputError([`repo "${url}" does not fit the credential, which is for ${to}; ${remedy}`]);
  const [, organization, project, name] = AZURE.map((form) => form.exec(identity)).find((found) => found) ?? [];
  if (organization) {
    const path = `${organization}/${project}`;
    const ssh = `git@ssh.dev.azure.com:v3/${path}/${name}`;
    throw cannot(`give ${to === 'SSH' ? ssh : `https://dev.azure.com/${path}/_git/${name}`}`);
  }
  if (/:\d+\//.test(identity)) throw cannot(`its URL has a port: give the ${to} URL`);
  // Bitbucket Data Center.
  if (/^[^/]+\/scm\//.test(identity)) throw cannot(`give the ${to} URL that the host shows for it`);
  return parseRepository(`${start}${url.replace(/^\w+:\/\/(?:[^@/]+@)?/, '')}`);
}

/** A repository of Azure DevOps over SSH and over HTTPS, with its organization, project and name. */
const AZURE = [
  /^ssh\.dev\.azure\.com\/v3\/([^/]+)\/([^/]+)\/([^/]+)$/,
  /^dev\.azure\.com\/([^/]+)\/([^/]+)\/_git\/([^/]+)$/,
];

/** Hosts on which every repository is at OWNER/NAME. */
const FLAT = ['github.com', 'bitbucket.org'];

/** The path of the repository to which a page belongs, like the page of a file, a folder or a pull request. */
function pageOf(host: string, path: string): string | undefined {
  const [, owner, name, ...more] = path.split('/');
  if (FLAT.includes(host) && more.length > 0) return `/${owner}/${name}`;
  const [before, ...page] = path.split('/-/');
  return page.length > 0 ? before : undefined;
}

/** The characters of a canonical path besides ASCII letters and digits, for a character class. */
const SIGNS = '_.~+!\\x27()-';
/** The escaped characters of such a path: space, `&`, `,`, and the UTF-8 bytes of letters beyond ASCII. */
const ESCAPED = '%2[06C]|%[C-F][0-9A-F](%[89AB][0-9A-F])+';
/**
 * A part of such a path, as a pattern. It is wider than {@link canonicalPath}, which accepts only letters beyond ASCII.
 */
export const PATH_PART = `([A-Za-z0-9${SIGNS}]|${ESCAPED})+`;

/**
 * Git decodes the path before the server sees it, so the decoded path is checked. Each path has one canonical text.
 * @returns undefined if the text cannot be the path of a repository
 */
function canonicalPath(path: string): string | undefined {
  try {
    const [first, ...parts] = path.split('/').map(decodeURIComponent);
    const isGood = (part: string) => /^[\p{L}\p{M}\p{N}_.~+ &,!'()-]+$/u.test(part) && !/^\.{1,2}$/.test(part);
    if (first !== '' || parts.length === 0 || !parts.every(isGood)) return undefined;
    return parts.map((part) => `/${encodeURIComponent(part).replaceAll('%2B', '+')}`).join('');
  } catch {
    return undefined;
  }
}

/** A text for a message. Anything in it that may be the user, password or token of a URL is masked. */
export function withoutSecrets(text: string): string {
  return text
    .replace(/:\/\/(?!git@[\w.-]+[/:])[^\s"]*@/g, '://***@')
    .replace(/(^|[\s"])(?!git@[\w.-]+:)(?:(?!:\/\/)[^\s"])*@(?=[\w.-]+[/:])/g, '$1***@')
    .replace(/(:\/\/[^\s"?]*)\?[^\s"]*/g, '$1?***');
}
