import { InputError } from './problems.js';

/** How a credential opens a repository: a token over HTTPS, or a key over SSH. */
export type CredentialType = 'token' | 'ssh';

/** A remote repository, as a user gave it and as it is compared. */
export interface Repository {
  /** Canonical URL, without user, password, query or trailing slash; an scp form is written as `ssh://`. */
  readonly url: string;
  readonly protocol: 'https' | 'http' | 'ssh';
  /** Host (with a port that is not the protocol's own) and path without `.git`: equal for HTTPS and SSH. */
  readonly identity: string;
}

/** Longest URL, in characters. */
const LONGEST = 500;

const FORMS = 'allowed are https://host/owner/name, ssh://git@host/owner/name and git@host:owner/name';
const SCP = /^([\w.-]+)@([\w.-]+):(?!\/\/)\/?(.+)$/;

/**
 * @throws InputError for a URL with a password (which is never printed), a local path, or anything else that is no
 * remote repository
 */
export function parseRepository(text: string): Repository {
  if (text.trim() === '') throw new InputError([`repo must not be empty; ${FORMS}`]);
  if (text.length > LONGEST) {
    throw new InputError([`repo is ${text.length} characters long; at most ${LONGEST} are allowed`]);
  }
  const url = parseUrl(text.replace(SCP, 'ssh://$1@$2/$3'));
  if (!url || url.host.startsWith('-') || url.username.startsWith('-')) {
    throw new InputError([`repo "${withoutSecrets(text)}" is not a remote repository; ${FORMS}`]);
  }
  const protocol = url.protocol.slice(0, -1);
  if (protocol !== 'https' && protocol !== 'http' && protocol !== 'ssh') {
    throw new InputError([`repo "${withoutSecrets(text)}" is not reachable from a pod; ${FORMS}`]);
  }
  if (url.password !== '' || (url.username !== '' && protocol !== 'ssh')) {
    throw new InputError([
      `repo "${withoutSecrets(text)}" carries a user or a password; remove it: credentials come from the environment's Secrets`,
    ]);
  }
  const path = url.pathname.replace(/\/+$/, '');
  if (url.search !== '' || url.hash !== '' || !isPath(path)) {
    throw new InputError([`repo "${withoutSecrets(text)}" has no path of a repository; ${FORMS}`]);
  }
  const user = protocol === 'ssh' ? `${url.username || 'git'}@` : '';
  const host = (protocol === 'ssh' ? url.host.replace(/:22$/, '') : url.host).toLowerCase();
  return { protocol, url: `${protocol}://${user}${host}${path}`, identity: `${host}${path.replace(/\.git$/, '')}` };
}

/** The same repository by the protocol that the credential needs; HTTP stays as it is. */
export function repositoryFor(repository: Repository, credential: CredentialType): Repository {
  if (credential === 'token' && repository.protocol === 'ssh') return translated(repository, 'https://');
  if (credential === 'ssh' && repository.protocol !== 'ssh') return translated(repository, 'ssh://git@');
  return repository;
}

/**
 * True when one of the prefixes covers the repository. A prefix ends at a path segment (`https://host/org` does not
 * cover `https://host/org-two/x`) and covers SSH as well as HTTPS; plain HTTP only where the prefix says so. One that ends with
 * `/` is a folder: it covers what is below, and no repository of its own name.
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
  if (/:\d+\//.test(repository.identity)) {
    throw new InputError([
      `repo "${repository.url}" has a port and does not fit the credential; give the ${start.startsWith('ssh') ? 'SSH' : 'HTTPS'} URL`,
    ]);
  }
  return parseRepository(`${start}${repository.url.replace(/^\w+:\/\/(?:[^@/]+@)?/, '')}`);
}

/** Git decodes the path before the server sees it, so that it is checked as decoded. */
function isPath(path: string): boolean {
  try {
    const [first, ...parts] = path.split('/').map(decodeURIComponent);
    return (
      first === '' && parts.length > 0 && parts.every((part) => /^[\w.~+ -]+$/.test(part) && !/^\.{1,2}$/.test(part))
    );
  } catch {
    return false;
  }
}

/** Text for a message, without what may be a user, a password or a token of a URL in it. */
export function withoutSecrets(text: string): string {
  return text
    .replace(/:\/\/(?!git@[\w.-]+[/:])[^\s"]*@/g, '://***@')
    .replace(/(^|[\s"])(?!git@[\w.-]+:)(?:(?!:\/\/)[^\s"])*@(?=[\w.-]+[/:])/g, '$1***@')
    .replace(/(:\/\/[^\s"?]*)\?[^\s"]*/g, '$1?***');
}
