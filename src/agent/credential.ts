import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { SECRET_KEYS } from '../run/metadata.js';
import { parseRepository } from '../run/repository.js';

/** The file's text, or '' when it is not there. Read at each use: the Secret may have been renewed meanwhile. */
export function readSecret(directory: string, key: string): string {
  try {
    return readFileSync(join(directory, key), 'utf8').replace(/\r?\n$/, '');
  } catch {
    return '';
  }
}

/** What must be in no log and no file: the password, or the lines that make an SSH key this one. */
export function gitSecrets(directory: string): string[] {
  const key = readSecret(directory, SECRET_KEYS.sshKey).split('\n');
  // The first line is the header, the second is alike in all keys of a kind.
  const lines = key.slice(2).filter((line) => line.length > 16 && !line.startsWith('-'));
  return [readSecret(directory, SECRET_KEYS.password), ...lines].filter((secret) => secret !== '');
}

/** The credential as it stands in a header of HTTP. */
export function basicAuthorization(directory: string): string[] {
  const password = readSecret(directory, SECRET_KEYS.password);
  return password ? [Buffer.from(`${username(directory)}:${password}`).toString('base64')] : [];
}

const username = (directory: string): string => readSecret(directory, SECRET_KEYS.username) || 'x-access-token';

/**
 * Answers git's credential protocol, for the run's own repository alone.
 * @param request what git wrote to the helper
 * @returns what git reads; '' for any other repository
 * @see https://git-scm.com/docs/git-credential#IOFMT
 */
export function answerCredential(request: string, repository: string, directory: string): string {
  const asked = Object.fromEntries(
    request.split('\n').flatMap((line) => {
      const at = line.indexOf('=');
      return at < 1 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
    }),
  );
  const own = new URL(repository);
  const path = (text = '') => text.replace(/^\/+/, '').replace(/(\.git)?\/*$/, '');
  if (asked.protocol !== own.protocol.slice(0, -1) || asked.host !== own.host) return '';
  // Git asks with the path as it is behind the escapes of the URL.
  if (path(asked.path) !== path(decodeURIComponent(own.pathname))) return '';
  const password = readSecret(directory, SECRET_KEYS.password);
  if (!password) return '';
  return `username=${username(directory)}\npassword=${password}\n`;
}

/** Git configuration that gets the credential from {@link answerCredential}. */
export function credentialConfig(repository: string, directory: string): [key: string, value: string][] {
  const quoted = [process.execPath, process.argv[1] ?? '', 'credential', repository, directory].map(shellQuote);
  return [
    // The empty value drops the helpers of other configuration files.
    ['credential.helper', ''],
    ['credential.helper', `!${quoted.join(' ')}`],
    ['credential.useHttpPath', 'true'],
  ];
}

/**
 * The ssh command for a repository over SSH: a copy of the key that only we can read, as ssh demands, and no host but
 * the known ones.
 * @param home folder for the copy
 */
export function sshCommand(repository: string, directory: string, home: string): string | undefined {
  if (parseRepository(repository).protocol !== 'ssh') return undefined;
  const key = join(home, '.agent-runner-key');
  writeAnew(key, `${readSecret(directory, SECRET_KEYS.sshKey)}\n`);
  const own = join(directory, SECRET_KEYS.knownHosts);
  const knownHosts = existsSync(own) ? own : '/etc/ssh/ssh_known_hosts';
  const options = [
    'BatchMode=yes',
    'ConnectTimeout=30',
    'ServerAliveInterval=15',
    'IdentitiesOnly=yes',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${knownHosts}`,
  ];
  return [
    ...asKnownUser(home),
    'ssh',
    '-F',
    'none',
    '-i',
    shellQuote(key),
    ...options.map((option) => `-o ${shellQuote(option)}`),
  ].join(' ');
}

/** ssh refuses to run as a user id that no passwd file knows, as some clusters assign them. */
function asKnownUser(home: string): string[] {
  try {
    userInfo();
    return [];
  } catch {
    const passwd = join(home, '.agent-runner-passwd');
    writeAnew(passwd, `agent:x:${process.getuid?.()}:${process.getgid?.()}::${home}:/bin/sh\n`);
    const wrapper = ['LD_PRELOAD=libnss_wrapper.so', `NSS_WRAPPER_PASSWD=${passwd}`, 'NSS_WRAPPER_GROUP=/etc/group'];
    return ['env', ...wrapper.map(shellQuote)];
  }
}

/** The folder is the agent's, too: what it may have put there, like a pipe that nobody reads, is not written to. */
function writeAnew(file: string, text: string): void {
  const fresh = `${file}.new`;
  rmSync(fresh, { force: true, recursive: true });
  writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' });
  renameSync(fresh, file);
}

const shellQuote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
