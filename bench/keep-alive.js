// @ts-check
// Creates the pods of a file, as fast as a client of Node can: node keep-alive.js FILE [kubectl]
// Without the second argument it goes to the API server itself; with it, through `kubectl proxy`, which it starts.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const AT_ONCE = 16;

const { server, user, namespace, pods } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const path = `/api/v1/namespaces/${namespace}/pods`;

/** @typedef {{ requestOf: () => import('node:http').ClientRequest, close: () => void }} Way */

/** @returns {Way} */
function direct() {
  const decoded = (/** @type {string | undefined} */ text) => text && Buffer.from(text, 'base64');
  const agent = new https.Agent({
    keepAlive: true,
    maxSockets: AT_ONCE,
    ca: decoded(server['certificate-authority-data']),
    cert: decoded(user['client-certificate-data']),
    key: decoded(user['client-key-data']),
  });
  const headers = {
    'Content-Type': 'application/json',
    ...(user.token && { Authorization: `Bearer ${user.token}` }),
  };
  return {
    requestOf: () => https.request(server.server + path, { method: 'POST', agent, headers }),
    close: () => agent.destroy(),
  };
}

/** @returns {Promise<Way>} */
async function throughKubectl() {
  const folder = mkdtempSync(join(tmpdir(), 'agent-runner-bench-'));
  const socketPath = join(folder, 'socket');
  const child = spawn('kubectl', ['proxy', `--unix-socket=${socketPath}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((serving) => child.stdout.once('data', serving));
  const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const headers = { Host: 'localhost', 'Content-Type': 'application/json' };
  return {
    requestOf: () => http.request({ method: 'POST', path, socketPath, agent, headers }),
    close: () => {
      agent.destroy();
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    },
  };
}

const { requestOf, close } = process.argv[3] === 'kubectl' ? await throughKubectl() : direct();

const create = (/** @type {object} */ pod) =>
  new Promise((done, fail) => {
    const sent = requestOf().on('response', (response) => {
      response.resume().on('end', () => {
        if (response.statusCode === 201) done(undefined);
        else fail(new Error(`the API server answers ${response.statusCode}`));
      });
    });
    sent.on('error', fail).end(JSON.stringify(pod));
  });

await Promise.all(pods.map(create));
close();
