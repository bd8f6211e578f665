import type { RemoteError } from './failure.js';

const AUTH =
  /^fatal: authentication failed|^ERROR: (the key you are authenticating with has been marked as read only|permission to .* denied)|could not read (username|password) for|terminal prompts disabled|the requested URL returned error: 40[13]\b|^\S+: permission denied \(|^remote: permission to .* denied|host key verification failed/im;
const NETWORK =
  /could not resolve (host|hostname)|connection (refused|reset|timed out|closed)|no route to host|error in the HTTP2 framing layer|HTTP\/2 stream \d+ was not closed cleanly|transfer closed with|failed to connect|couldn't connect|operation (timed out|too slow)|early eof|empty reply|the remote end hung up|the requested URL returned error: (429|5\d\d)\b|rpc failed|network is unreachable|ssl_|gnutls|tls connect/i;
/** Trying again changes nothing: the push is too large. */
const TOO_LARGE = /the requested URL returned error: 413\b/i;

/** Only git's and ssh's own words count: a hook, a branch or a file may be called anything. */
export function remoteErrorOf(stderr: string): RemoteError {
  const own = stderr
    .split('\n')
    .filter((line) => !/^(remote: (?!Permission to )|To | ! \[|error: failed to push some refs to )/.test(line))
    .join('\n');
  if (AUTH.test(own)) return 'auth';
  if (TOO_LARGE.test(own)) return 'refused';
  return NETWORK.test(own) ? 'network' : 'refused';
}

/** The lines of git's error output that say something, the remote's among them. */
export function lastWords(stderr: string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(hint:|remote: *$|To |error: failed to push some refs)/.test(line));
  return lines.slice(-6).join('; ') || 'git gave no reason';
}
