import type { RemoteError } from '../process/failure.js';

const AUTH = new RegExp(
  [
    '^fatal: authentication failed',
    '^ERROR: (the key you are authenticating with has been marked as read only|permission to .* denied)',
    'could not read (username|password) for',
    'terminal prompts disabled',
    String.raw`^\S+: permission denied \(`,
    '^remote: permission to .* denied',
    'host key verification failed',
  ].join('|'),
  'im',
);
const NETWORK = new RegExp(
  [
    'could not resolve (host|hostname)',
    'connection (refused|reset|timed out|closed)',
    'no route to host',
    'error in the HTTP2 framing layer',
    String.raw`HTTP\/2 stream \d+ was not closed cleanly`,
    'transfer closed with',
    'failed to connect',
    "couldn't connect",
    'operation (timed out|too slow)',
    'early eof',
    'empty reply',
    'the remote end hung up',
    'rpc failed',
    'network is unreachable',
    'ssl_',
    'gnutls',
    'tls connect',
  ].join('|'),
  'i',
);
/** How git and curl report the status of a server's answer. */
const HTTP = /the requested URL returned error: (\d{3})\b|\bHTTP (\d{3}) curl\b/i;
/**
 * Statuses that may be different at the next attempt. All others are final.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-client-error-4xx
 */
const PASSING = /^(408|425|429|5\d\d)$/;

/**
 * Classifies an error. Only the messages of git and ssh count: a hook may print anything, and a branch or file may have
 * any name.
 */
export function remoteErrorOf(stderr: string): RemoteError {
  const own = stderr
    .split('\n')
    .filter((line) => !/^(remote: (?!Permission to )|To | ! \[|error: failed to push some refs to )/.test(line))
    .join('\n');
  if (AUTH.test(own)) return 'auth';
  const [, returned, failed] = HTTP.exec(own) ?? [];
  const status = returned ?? failed;
  if (status === '401' || status === '403') return 'auth';
  if (status !== undefined) return PASSING.test(status) ? 'network' : 'refused';
  return NETWORK.test(own) ? 'network' : 'refused';
}

/** The meaningful lines of git's error output, including those of the remote. */
export function lastWords(stderr: string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(hint:|remote: *$|To |error: failed to push some refs)/.test(line));
  return lines.slice(-6).join('; ') || 'git gave no reason';
}

/**
 * The URL to which a host has redirected git. Git has no credential there, so a renamed repository looks like a wrong
 * credential.
 * @param repository the requested URL
 */
export function redirectIn(stderr: string, repository: string): string | undefined {
  const [, asked = ''] = /could not read (?:Username|Password) for '([^']+)'/.exec(stderr) ?? [];
  if (!URL.canParse(asked)) return undefined;
  const own = new URL(repository);
  const to = new URL(asked);
  const path = ({ pathname }: URL) => pathname.replace(/(\.git)?\/*$/, '');
  if (to.protocol === own.protocol && to.host === own.host && path(to) === path(own)) return undefined;
  return `${to.protocol}//${to.host}${to.pathname}`;
}
