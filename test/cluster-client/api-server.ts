import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api } from '../../src/cluster/api.js';
import { listenOnLoopback } from '../../src/runner/doors/loopback.js';

/** Lets others go on, and waits for nothing. */
const noPause = () => new Promise<void>((resolve) => setImmediate(resolve));

export type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/**
 * An API server that answers what a test says, for faults that a real one does not have on demand; what a real one
 * answers is tested in test/cluster.
 */
export async function startApiServer(handler: Handler) {
  let count = 0;
  const server = createServer((request, response) => handler(request, response, ++count));
  const port = await listenOnLoopback(server);
  const folder = mkdtempSync(join(tmpdir(), 'agent-runner-api-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, JSON.stringify(kubeconfigOf({ server: `http://127.0.0.1:${port}` })));
  const skipped: string[] = [];
  const api = await Api.connect({ kubeconfig }, (line) => void skipped.push(line), noPause);
  return {
    api,
    /** Lines about what was skipped. */
    skipped,
    /** For a command that connects by itself. */
    kubeconfig,
    close: async () => {
      api.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const answer = (response: ServerResponse, body: object, status = 200): void => {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
};

/** A kubeconfig with one context. */
export const kubeconfigOf = (cluster: object, user: object = {}, context: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'test',
  contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', ...context } }],
  clusters: [{ name: 'test', cluster }],
  users: [{ name: 'test', user }],
});
