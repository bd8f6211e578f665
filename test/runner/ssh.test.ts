import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gitIn } from '../support/git-server.js';
import { missingForSsh, startSshServer } from '../support/ssh-server.js';
import { BRANCH, startWorld } from '../support/world.js';
import { bash, PATIENCE, type World, write } from './steps.js';

const rules = [
  { match: 'task T003', steps: [write('README.md', '# greeter\n\nHow to.\n'), { text: 'Described it.' }] },
  {
    match: 'task LEAK',
    steps: [bash('cat ../../../../../given > key'), { text: 'Kept it.' }],
  },
];

const missing = missingForSsh();
if (missing) console.warn(`The tests over SSH are skipped: ${missing}`);

(missing ? describe.skip : describe)('a repository over SSH', () => {
  let world: World;
  let server: Awaited<ReturnType<typeof startSshServer>>;
  beforeAll(async () => {
    world = await startWorld({ rules });
    server = await startSshServer(join(world.folder, 'ssh'), world.git.root);
  });
  afterAll(async () => {
    await server.close();
    await world.close();
  });
  const run = (credential: Record<string, string>, request = {}) =>
    world.run(world.plan({ task: 'T003', ...request }).pod, {
      env: { GIT_REPO: server.url('demo/greeter') },
      credential,
      // As if somebody had given it to the agent, which has none.
      onRoot: (root) => {
        mkdirSync(root, { recursive: true });
        writeFileSync(join(root, 'given'), credential['ssh-privatekey'] ?? '');
      },
    });

  test('ends as auth-failed when the host is not a known one', async () => {
    const { result } = await run({ 'ssh-privatekey': server.key, known_hosts: '' });
    expect(result).toMatchObject({
      outcome: 'auth-failed',
      message: expect.stringContaining('Host key verification failed'),
    });
  });
  test('ends as auth-failed when there is no key', async () => {
    const { result } = await run({ known_hosts: server.knownHosts });
    expect(result.outcome).toBe('auth-failed');
  });
  test(
    'is cloned, pushed to and asked for the commit with the key of the Secret, which the log never shows',
    async () => {
      const { result, log } = await run({ 'ssh-privatekey': server.key, known_hosts: server.knownHosts });
      expect(result.outcome).toBe('delivered');
      expect(await gitIn(world.repository.dir, 'rev-parse', `${BRANCH}-t003`)).toBe(result.commit);
      expect(log.join('\n')).not.toContain('PRIVATE KEY');
    },
    PATIENCE,
  );
  test(
    'delivers no file that holds the key',
    async () => {
      const leak = { task: 'T002', prompt: 'Do what task LEAK says.', base: BRANCH };
      const { result } = await run({ 'ssh-privatekey': server.key, known_hosts: server.knownHosts }, leak);
      expect(result).toMatchObject({
        outcome: 'agent-failed',
        message: expect.stringContaining('key holds a credential'),
      });
    },
    PATIENCE,
  );
});
