import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { SECRET_KEYS } from '../../run/metadata.js';
import { parseRepository } from '../../run/repository.js';
import { shellQuote } from '../../run/shell-quote.js';

/**
 * The text of a Secret's file, or '' if it does not exist. It is read at each use, because the Secret may be renewed.
 */
export function readSecret(directory: string, key: string): string {
  try {
    return readFileSync(join(directory, key), 'utf8').replace(/\r?\n$/, '');
  } catch {
    return '';
  }
}

/** The SSH key as ssh expects it. Some portals store it with Windows line ends, or with an empty line before it. */
const sshKey = (directory: string): string =>
  readSecret(directory, SECRET_KEYS.sshKey).replace(/\r\n?/g, '\n').replace(/^\s+/, '');

/** The secrets that no log and no file may contain: the password, or the distinctive parts of an SSH key. */
export function gitSecrets(directory: string): string[] {
  // This also splits a key whose lines were joined, which ssh cannot read.
  const parts = sshKey(directory)
    .split(/(?:\\n|\s)+/)
    .filter((part) => part.length > 16 && !part.startsWith('-'));
  // The first part is the same in all keys of a type.
  const own = parts.length > 1 ? parts.slice(1) : parts;
  return [readSecret(directory, SECRET_KEYS.password), ...own].filter((secret) => secret !== '');
}

const KEY = /^-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----\n[\s\S]*\n-----END [A-Z0-9 ]*PRIVATE KEY-----\s*$/;

/** What is wrong with a refused credential, or undefined if its text looks valid. */
export function credentialProblem(repository: string, directory: string): string | undefined {
  if (parseRepository(repository).protocol === 'ssh') return keyProblem(sshKey(directory));
  const password = readSecret(directory, SECRET_KEYS.password);
  const name = `${SECRET_KEYS.password} in the Secret`;
  if (password === '') return `there is no ${name}`;
  if (password.startsWith('\uFEFF')) return `${name} begins with a byte order mark`;
  return password === password.trim() ? undefined : `${name} begins or ends with a blank or line end`;
}

function keyProblem(key: string): string | undefined {
  const name = `${SECRET_KEYS.sshKey} in the Secret`;
  if (key === '') return `there is no ${name}`;
  if (KEY.test(key)) return undefined;
  const why = () => {
    if (key.includes('\\n')) return 'its line ends are written as \\n';
    if (Buffer.from(key, 'base64').toString().startsWith('-----BEGIN')) return 'it is Base64 of a key';
    if (/^ssh-|^ecdsa-/.test(key)) return 'it is a public key';
    if (key.startsWith('-----BEGIN') && !key.trim().includes('\n')) return 'its lines are joined to one';
    return 'it is not the text from "-----BEGIN … PRIVATE KEY-----" to "-----END … PRIVATE KEY-----"';
  };
  return `${name} is no private key: ${why()}`;
}

/** The credential in the form of an HTTP header. */
export function basicAuthorization(directory: string): string[] {
  const password = readSecret(directory, SECRET_KEYS.password);
  return password ? [Buffer.from(`${username(directory)}:${password}`).toString('base64')] : [];
}

const username = (directory: string): string => readSecret(directory, SECRET_KEYS.username) || 'x-access-token';

/**
 * Answers git's credential protocol, only for the run's repository.
 * @param request git's input to the helper
 * @returns the answer for git; '' for any other repository
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
  // Git sends the decoded path of the URL.
  if (path(asked.path) !== path(decodeURIComponent(own.pathname))) return '';
  const password = readSecret(directory, SECRET_KEYS.password);
  if (!password) return '';
  return `username=${username(directory)}\npassword=${password}\n`;
}

/** Git configuration that gets the credential from {@link answerCredential}. */
export function credentialConfig(repository: string, directory: string): [key: string, value: string][] {
  const quoted = [process.execPath, process.argv[1] ?? '', 'credential', repository, directory].map(shellQuote);
  return [
    // An empty value removes the helpers of other configuration files.
    ['credential.helper', ''],
    ['credential.helper', `!${quoted.join(' ')}`],
    ['credential.useHttpPath', 'true'],
  ];
}

/**
 * The ssh command for a repository over SSH. It uses a copy of the key that only we can read, as ssh requires, and
 * accepts only known hosts.
 * @param home folder for the copy
 */
export function sshCommand(repository: string, directory: string, home: string): string | undefined {
  if (parseRepository(repository).protocol !== 'ssh') return undefined;
  const key = join(home, '.agent-runner-key');
  writeAnew(key, `${sshKey(directory)}\n`);
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

/** A prefix for ssh, which refuses to run with a user id without a passwd entry. Some clusters assign such ids. */
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

/** Writes the file atomically, because another command may be reading it. */
function writeAnew(file: string, text: string): void {
  const fresh = `${file}.new`;
  rmSync(fresh, { force: true, recursive: true });
  writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' });
  renameSync(fresh, file);
}
