// @ts-check
// Writes V8's code cache of the commands. Node 20 has no compile cache of its own. A function is in the cache if it has run,
// so a whole spawn runs here, against an API server that accepts everything.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { parse } from 'yaml';
import { settingsMap } from './settings-map.js';

/** @param {string} spawnTask path of the command @param {string} cache path of the cache */
export async function writeCodeCache(spawnTask, cache) {
  const git = { repositories: ['https://github.com/'] };
  const settings = JSON.stringify(parse(settingsMap({ name: 'warm-up', namespace: { name: 'warm-up' }, git })));
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const list = JSON.stringify({ metadata: {}, items: [] });
    response.end(request.method === 'POST' ? body : request.url?.includes('/configmaps/') ? settings : list);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const folder = mkdtempSync(join(tmpdir(), 'agent-runner-cache-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const context = { name: 'warm-up', context: { cluster: 'warm-up', user: 'warm-up' } };
  const cluster = { name: 'warm-up', cluster: { server: `http://127.0.0.1:${port}` } };
  const users = [{ name: 'warm-up', user: { token: 'warm-up' } }];
  const config = { 'current-context': 'warm-up', contexts: [context], clusters: [cluster], users };
  writeFileSync(kubeconfig, JSON.stringify(config));
  try {
    const task = ['T001', 'main', 'https://github.com/owner/name', '--prompt', 'Warm up.', '-n', 'warm-up'];
    const args = [spawnTask, ...task, '--dry-run=server', '-o', 'yaml', '--kubeconfig', kubeconfig];
    // Without the user's other variables: they are for the user's own runs.
    const env = { PATH: process.env.PATH, AGENT_RUNNER_WRITE_CACHE: cache };
    const [code] = await once(spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] }), 'close');
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
}
