// @ts-check
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, realpathSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cgiBody } from './cgi.js';
import { answerWatched, befall, requestOf } from './git-faults.js';
import { cleanEnv } from './git-repository.js';

export { commitTo, createRepository, gitIn } from './git-repository.js';

// Itself, not by `git`, which may leave it behind when it is ended: without the rest of its request it would spin for ever.
const httpBackend = join(execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(), 'git-http-backend');

// No segment may start with a dot, and nothing is percent-decoded: the path cannot leave the root.
const route = /^\/((?!\.)[\w.-]+\/(?!\.)[\w.-]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/**
 * @typedef {import('node:http').IncomingMessage} IncomingMessage
 * @typedef {import('node:http').ServerResponse} ServerResponse
 * @typedef {{ root: string, users?: Record<string, string> | undefined, listen?: string | undefined,
 *   readOnlyUsers?: string[] | undefined }} Options
 */

/**
 * Serves the bare repositories below `root` over git's smart HTTP protocol.
 * @param {Options} options
 */
export async function startGitServer({ root, users, listen = '127.0.0.1:0', readOnlyUsers = [] }) {
  let down = false;
  /** @type {Set<import('node:child_process').ChildProcess>} */
  const backends = new Set();
  /** @type {import('./git-faults.js').Watcher | undefined} */
  let watcher;
  const answer = async (/** @type {IncomingMessage} */ request, /** @type {ServerResponse} */ response) => {
    const refuse = (/** @type {number} */ status, /** @type {string} */ text, headers = {}) =>
      response.writeHead(status, { 'Content-Type': 'text/plain', ...headers }).end(`${text}\n`);

    if (down) return refuse(503, 'down for maintenance');
    const user = users && authenticate(users, request.headers.authorization);
    if (users && !user) return refuse(401, 'authentication required', { 'WWW-Authenticate': 'Basic realm="git"' });

    const [path = '', query = ''] = (request.url ?? '').split('?');
    const [, repository = '', service = ''] = route.exec(path) ?? [];
    if (!repository || !existsSync(join(root, `${repository}.git`, 'HEAD'))) return refuse(404, 'repository not found');

    const writes = [service, new URLSearchParams(query).get('service')].includes('git-receive-pack');
    if (writes && user && readOnlyUsers.includes(user)) return refuse(403, 'write access denied');

    const { 'content-type': type, 'content-length': length, 'content-encoding': encoding } = request.headers;
    // A probe that has no request in it is none.
    const watch = length === '4' ? undefined : watcher;
    const body = watch && request.method === 'POST' ? await buffer(request) : undefined;
    const seen = requestOf(writes ? 'git-receive-pack' : 'git-upload-pack', body, encoding);
    const fault = await watch?.(seen, 'before');
    if (await befall(fault, response)) return;
    const backend = spawn(httpBackend, [], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: {
        ...cleanEnv,
        GIT_PROJECT_ROOT: resolve(root),
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        REQUEST_METHOD: request.method,
        PATH_INFO: `/${repository}.git/${service}`,
        QUERY_STRING: query,
        REMOTE_ADDR: request.socket.remoteAddress,
        ...(user && { REMOTE_USER: user }),
        ...(type && { CONTENT_TYPE: type }),
        ...(length && { CONTENT_LENGTH: length }),
        ...(encoding && { HTTP_CONTENT_ENCODING: encoding }),
      },
    });
    backends.add(backend.once('close', () => backends.delete(backend)));
    if (watch) {
      const held = { seen, fault, watch, backend, response, body: body ?? Buffer.alloc(0) };
      return answerWatched({ ...held, answer: cgiBody(backend.stdout, response) });
    }
    // Not a pipeline: that would drop the connection, and the answer, when git stops reading the request early.
    request.pipe(backend.stdin.on('error', () => {}));
    pipeline(backend.stdout, (output) => cgiBody(output, response), response).catch(() => backend.kill('SIGKILL'));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });

  const split = listen.lastIndexOf(':');
  const host = listen.slice(0, split);
  server.listen(Number(listen.slice(split + 1)), host);
  await once(server, 'listening');
  const { address, port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    /** @param {import('./git-faults.js').Watcher | undefined} watch sees each request from now on */
    setWatcher: (watch) => {
      watcher = watch;
    },
    /** @param {boolean} value whether connections are refused, and those that there are end */
    setGone: (value) => {
      if (value === !server.listening) return;
      if (!value) return server.listen(port, host);
      server.close();
      server.closeAllConnections();
    },
    /**
     * @param {string} user
     * @param {string} password the only good one from now on
     */
    setPassword: (user, password) => {
      if (users) users[user] = password;
    },
    /** @param {boolean} value whether every request is answered with 503 */
    setDown: (value) => {
      down = value;
    },
    url: `http://${address}:${port}`,
    root,
    async close() {
      for (const backend of backends) backend.kill('SIGKILL');
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * @param {Record<string, string>} users
 * @param {string} [authorization]
 */
function authenticate(users, authorization = '') {
  const [, encoded = ''] = /^Basic (.+)$/i.exec(authorization) ?? [];
  const [, name = '', password] = /^(.*?):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
  return Object.hasOwn(users, name) && users[name] === password ? name : undefined;
}

async function main() {
  const { values } = parseArgs({
    options: {
      listen: { type: 'string' },
      root: { type: 'string' },
      user: { type: 'string', multiple: true },
      'read-only': { type: 'string', multiple: true },
    },
  });
  const users = values.user && Object.fromEntries(values.user.map((user) => user.split(/:(.*)/s, 2)));
  const { root, listen, 'read-only': readOnlyUsers } = values;
  if (!root) throw new Error('--root DIR is missing');
  const server = await startGitServer({ root, users, listen, readOnlyUsers });
  process.once('SIGTERM', () => server.close());
  console.log(`listening on ${server.url}`);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
