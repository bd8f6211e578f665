// @ts-check
// A watched request is held whole, so that it can be stopped at any byte of it.
import { setTimeout as sleep } from 'node:timers/promises';
import { constants, gunzipSync } from 'node:zlib';

/**
 * A request whose credential was good. `refs-for-fetch` is also what a fetch asks for before the pack.
 * @typedef {{ kind: 'refs-for-fetch' | 'fetch' | 'refs-for-push' | 'push', refs: string[] }} GitRequest
 *   refs: what a push changes
 *
 * What happens to a request: an answer that git does not give, a wait before it, no answer, or a connection that ends in
 * the middle: of the pack that is pushed, or of git's answer.
 * @typedef {{ status: number } | { wait: number } | 'hang' | 'cut request' | 'cut answer'} GitFault
 *
 * Is told of a request when it has come, when half of its pack has passed, and when git has done it and the client does
 * not know yet; each time it is waited for. What it returns at first happens to the request.
 * @typedef {(request: GitRequest, when: 'before' | 'during' | 'after') =>
 *   Promise<GitFault | undefined | void> | GitFault | undefined | void} Watcher
 */

/**
 * @param {string} service `git-upload-pack` or `git-receive-pack`
 * @param {Buffer | undefined} body undefined for a GET
 * @param {string | undefined} encoding
 * @returns {GitRequest}
 */
export function requestOf(service, body, encoding) {
  const fetches = service === 'git-upload-pack';
  if (!body) return { kind: fetches ? 'refs-for-fetch' : 'refs-for-push', refs: [] };
  const plain = encoding === 'gzip' ? gunzipSync(body, { finishFlush: constants.Z_SYNC_FLUSH }) : body;
  const text = plain.toString('latin1', 0, 4096);
  if (fetches) return { kind: text.includes('command=ls-refs') ? 'refs-for-fetch' : 'fetch', refs: [] };
  const refs = text.matchAll(/[0-9a-f]{40} [0-9a-f]{40} (refs\/[^\0]+?)(?=\0|[0-9a-f]{4}(?:[0-9a-f]{40} |PACK|$))/g);
  return { kind: 'push', refs: [...refs].map(([, ref = '']) => ref) };
}

/**
 * What befalls a request before git sees it.
 * @param {GitFault | undefined | void} fault
 * @param {import('node:http').ServerResponse} response
 * @returns {Promise<boolean>} whether that was all
 */
export async function befall(fault, response) {
  if (!fault || fault === 'cut request' || fault === 'cut answer') return false;
  if (fault === 'hang') return true;
  if ('status' in fault) {
    response.writeHead(fault.status, { 'Content-Type': 'text/plain' }).end(`scripted ${fault.status}\n`);
    return true;
  }
  await sleep(fault.wait, undefined, { ref: false });
  return false;
}

/**
 * Lets git answer a watched request.
 * @param {{ seen: GitRequest, fault: GitFault | undefined | void, watch: Watcher, body: Buffer,
 *   backend: import('node:child_process').ChildProcessByStdio<import('node:stream').Writable, import('node:stream').Readable, null>,
 *   answer: AsyncIterable<Buffer>, response: import('node:http').ServerResponse }} held
 */
export async function answerWatched({ seen, fault, watch, body, backend, answer, response }) {
  const pushes = seen.kind === 'push';
  const half = pushes ? body.length >> 1 : body.length;
  backend.stdin.on('error', () => {}).write(body.subarray(0, half));
  if (pushes) await watch(seen, 'during');
  if (fault === 'cut request') {
    backend.kill('SIGKILL');
    response.destroy();
    return;
  }
  backend.stdin.end(body.subarray(half));
  const parts = [];
  for await (const part of answer) parts.push(part);
  const whole = Buffer.concat(parts);
  const sent = pushes && fault !== 'cut answer' ? 0 : whole.length >> 1;
  response.write(whole.subarray(0, sent));
  if (!pushes) await watch(seen, 'during');
  await watch(seen, 'after');
  if (fault === 'cut answer') response.destroy();
  else response.end(whole.subarray(sent));
}
