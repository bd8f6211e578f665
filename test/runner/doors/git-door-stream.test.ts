import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { commitTo, createRepository, gitIn, startGitServer } from '../../support/git-server.js';
import { agentGit, megabytes, startGit, startMeter, startRunner, TOKEN } from './git-door-world.js';

const MEGABYTE = 1 << 20;
const SIZE = 50;

let runner: ReturnType<typeof startRunner>;
let server: Awaited<ReturnType<typeof startGitServer>>;
let meter: Awaited<ReturnType<typeof startMeter>>;
let url: string;
let commit: string;
beforeAll(async () => {
  runner = startRunner();
  const root = join(runner.folder, 'git');
  const { dir } = await createRepository(root, 'demo/greeter');
  for (const key of ['core.compression', 'pack.window']) await gitIn(dir, 'config', key, '0');
  commit = await commitTo(dir, 'main', megabytes(SIZE));
  server = await startGitServer({ root, users: { 'x-access-token': TOKEN } });
  meter = await startMeter(Number(new URL(server.url).port));
  ({ url } = await runner.open(`http://127.0.0.1:${meter.port}/demo/greeter`));
});
afterAll(async () => {
  await runner.close();
  meter.close();
  await server.close();
});

test('a pack of 50 MB waits at the remote while git does not read, and arrives whole when it does', async () => {
  const into = join(runner.folder, 'clone');
  const begun = meter.after(MEGABYTE);
  const { signal, ended } = startGit(runner.folder, ['clone', '--quiet', '--no-checkout', url, into]);
  await begun;
  signal('SIGSTOP');
  const held = await meter.still();
  signal('SIGCONT');
  expect(await ended).toMatchObject({ code: 0 });
  expect(meter.passed()).toBeGreaterThan((SIZE - 10) * MEGABYTE);
  // What is in the sockets between them; the door itself holds next to nothing.
  expect(held).toBeLessThan(25 * MEGABYTE);
  expect(await gitIn(into, 'rev-parse', 'HEAD')).toBe(commit);
});

test('a git that is killed in the middle of a pack ends the answer of the remote', async () => {
  const before = meter.passed();
  const begun = meter.after(MEGABYTE);
  const { signal, ended } = startGit(runner.folder, ['clone', '--quiet', url, join(runner.folder, 'killed')]);
  await begun;
  signal('SIGKILL');
  await ended;
  expect((await meter.still()) - before).toBeLessThan(25 * MEGABYTE);
  expect(runner.said).toEqual([]);
});

test('a connection that is cut in the middle of a pack is an error of git’s, and the next clone is whole', async () => {
  const into = join(runner.folder, 'cut');
  const begun = meter.after(MEGABYTE);
  const cut = agentGit(runner.folder, 'clone', '--quiet', url, into);
  await begun;
  meter.cut();
  expect(await cut).toMatchObject({
    code: 128,
    stderr: expect.stringMatching(/early EOF|end of packet|transfer closed/i),
  });
  expect(runner.said).toEqual(['the remote ended its answer in the middle']);
  expect(await agentGit(runner.folder, 'clone', '--quiet', '--no-checkout', url, into)).toMatchObject({ code: 0 });
  expect(readFileSync(join(into, '.git/HEAD'), 'utf8')).toContain('main');
});
