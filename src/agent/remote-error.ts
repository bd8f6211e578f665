import type { RemoteError } from './failure.js';

const AUTH =
  /^fatal: authentication failed|could not read (username|password) for|terminal prompts disabled|the requested URL returned error: 40[13]\b|^\S+: permission denied \(|^remote: permission to .* denied|host key verification failed/im;
const NETWORK =
  /could not resolve (host|hostname)|connection (refused|reset|timed out|closed)|failed to connect|couldn't connect|operation (timed out|too slow)|early eof|empty reply|the remote end hung up|the requested URL returned error: (429|5\d\d)\b|rpc failed|network is unreachable|ssl_|gnutls|tls connect/i;

/** Only git's and ssh's own words count: a hook, a branch or a file may be called anything. */
export function remoteErrorOf(stderr: string): RemoteError {
  const own = stderr
    .split('\n')
    .filter((line) => !/^(remote: (?!Permission to )|To )/.test(line))
    .join('\n');
  if (AUTH.test(own)) return 'auth';
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
