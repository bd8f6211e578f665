// @ts-check
// Creates the pods of a file, as fast as a Node client can: node keep-alive.js FILE
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';

const AT_ONCE = 16;

const { server, user, namespace, pods } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));

const decoded = (/** @type {string | undefined} */ text) => text && Buffer.from(text, 'base64');
const agent = new Agent({
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
const requestOf = () =>
  request(`${server.server}/api/v1/namespaces/${namespace}/pods`, { method: 'POST', agent, headers });

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
agent.destroy();
