import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isLoopback } from './loopback.js';

/** A client's request: the list of refs, or the objects. */
export type GitAsk = 'refs' | 'pack';

/** Why the door refuses a request. */
export interface Refusal {
  readonly refused: string;
}

const PUSH = "this run's work is pushed by the runner: commit, and leave the push to it";

/**
 * Accepts the two requests of a fetch over smart HTTP, for one repository.
 * @param path of the repository, as in its URL
 * @see https://git-scm.com/docs/http-protocol
 */
export function routeOf({ method, url = '', headers }: IncomingMessage, path: string): GitAsk | Refusal {
  // A web page in the agent's browser must not read the repository, even if it makes another host name lead here.
  if (!isLoopback(headers.host)) return { refused: 'this address has no other name than 127.0.0.1' };
  if (headers.origin !== undefined) return { refused: 'only git is answered here, not web pages in a browser' };

  const [target = '', query = ''] = url.split('?');
  const rest = below(target, path);
  if (rest === undefined) return { refused: `only this run's repository is served here: ${plainPath(path)}` };
  const service = new URLSearchParams(query).get('service');
  if (rest === 'git-receive-pack' || service === 'git-receive-pack') return { refused: PUSH };
  if (method === 'GET' && rest === 'info/refs' && service === 'git-upload-pack') {
    return hasBody(headers) ? { refused: 'this request has no body' } : 'refs';
  }
  if (method === 'POST' && rest === 'git-upload-pack') return 'pack';
  return { refused: "only a fetch over git's smart HTTP is served here" };
}

const hasBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;

/** The part after the repository's path, with or without `.git`. Undefined for another repository. */
function below(target: string, path: string): string | undefined {
  const own = plainPath(path);
  const asked = decoded(target);
  const start = [`${own}.git/`, `${own}/`].find((one) => asked.startsWith(one));
  return start && asked.slice(start.length);
}

const plainPath = (path: string): string => decoded(path).replace(/(\.git)?\/*$/, '');

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
