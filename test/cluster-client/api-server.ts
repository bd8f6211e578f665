import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Api } from '../../src/cluster/api.js';

export type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/**
 * An API server that answers what a test says, behind a `kubectl` that only forwards the proxy's socket to it. For faults
 * that a real one does not have on demand; what a real one answers is tested in test/cluster.
 */
export async function startApiServer(handler: Handler) {
  let count = 0;
  const server = createServer((request, response) => handler(request, response, ++count));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), 'agent-runner-api-'));
  const forward = `require('node:net').createServer((from) => {
    const to = require('node:net').connect(${port}, '127.0.0.1');
    from.pipe(to).pipe(from); from.on('error', () => to.destroy()); to.on('error', () => from.destroy());
  }).listen(process.argv.find((arg) => arg.startsWith('--unix-socket=')).slice(14), () => console.log('Starting to serve'));`;
  writeFileSync(join(folder, 'kubectl'), `#!${process.execPath}\n${forward}\n`);
  chmodSync(join(folder, 'kubectl'), 0o755);
  writeFileSync(join(folder, 'kubeconfig'), '');
  const path = process.env.PATH;
  process.env.PATH = `${folder}${delimiter}${path}`;
  const skipped: string[] = [];
  const report = (line: string) => void skipped.push(line);
  const api = await Api.connect({ kubeconfig: join(folder, 'kubeconfig') }, report).finally(() => {
    process.env.PATH = path;
  });
  return {
    api,
    /** Lines about what was skipped. */
    skipped,
    /** The folder of the `kubectl` and its `kubeconfig`, for a command that connects by itself. */
    folder,
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
