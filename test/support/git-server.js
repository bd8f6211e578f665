// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, realpathSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cleanEnv } from './git-repository.js';

export { commitTo, createRepository, gitIn } from './git-repository.js';

// No segment may start with a dot, and nothing is percent-decoded: the path cannot leave the root.
const route = /^\/((?!\.)[\w.-]+\/(?!\.)[\w.-]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/**
 * @typedef {{ root: string, users?: Record<string, string> | undefined, listen?: string | undefined,
 *   readOnlyUsers?: string[] | undefined }} Options
 */

/**
 * Serves the bare repositories below `root` over git's smart HTTP protocol.
 * @param {Options} options
 */
export async function startGitServer({ root, users, listen = '127.0.0.1:0', readOnlyUsers = [] }) {
  let down = false;
  const server = createServer((request, response) => {
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
    const backend = spawn('git', ['http-backend'], {
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
    // Not a pipeline: that would drop the connection, and the answer, when git stops reading the request early.
    request.pipe(backend.stdin.on('error', () => {}));
    pipeline(backend.stdout, (output) => cgiBody(output, response), response).catch(() => backend.kill());
  });

  const split = listen.lastIndexOf(':');
  server.listen(Number(listen.slice(split + 1)), listen.slice(0, split));
  await once(server, 'listening');
  const { address, port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    /** @param {boolean} value whether every request is answered with 503 */
    setDown: (value) => {
      down = value;
    },
    url: `http://${address}:${port}`,
    root,
    async close() {
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

/**
 * Turns the header of a CGI answer into the response's and yields the body.
 * @param {AsyncIterable<Buffer>} output
 * @param {import('node:http').ServerResponse} response
 */
async function* cgiBody(output, response) {
  let head = Buffer.alloc(0);
  for await (const chunk of output) {
    if (response.headersSent) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) continue;
    const fields = head.toString('latin1', 0, end).split('\r\n');
    const pairs = fields.map((field) => /** @type {[string, string]} */ (field.split(/:\s*(.*)/s, 2)));
    const { Status: status = '200', ...headers } = Object.fromEntries(pairs);
    response.writeHead(Number.parseInt(status, 10), headers);
    yield head.subarray(end + 4);
  }
  if (!response.headersSent) response.writeHead(500);
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
