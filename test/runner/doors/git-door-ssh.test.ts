import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { GitDoor } from '../../../src/runner/doors/git-door.js';
import { commitTo, createRepository, gitIn } from '../../support/git-server.js';
import { missingForSsh, startSshServer } from '../../support/ssh-server.js';
import { agentGit, ask, megabytes, startGit, startMeter, startRunner } from './git-door-world.js';

const missing = missingForSsh();
if (missing) console.warn(`The tests of the git door over SSH are skipped: ${missing}`);

type Server = Awaited<ReturnType<typeof startSshServer>>;
const MEGABYTE = 1 << 20;
const SIZE = 50;

(missing ? describe.skip : describe)('the door to a repository over SSH', () => {
  let runner: ReturnType<typeof startRunner>;
  let server: Server;
  let old: Server;
  let secret: Record<string, string>;
  let repository: string;
  let door: GitDoor;
  let clone: string;
  const secretOf = ({ key, knownHosts }: Server) => ({ 'ssh-privatekey': key, known_hosts: knownHosts });
  beforeAll(async () => {
    runner = startRunner();
    const root = join(runner.folder, 'git');
    ({ dir: repository } = await createRepository(root, 'demo/greeter', { 'README.md': 'one\n' }));
    await commitTo(repository, 'main', { 'README.md': 'one\ntwo\n' }, 'two');
    server = await startSshServer(join(runner.folder, 'ssh'), root);
    old = await startSshServer(join(runner.folder, 'old'), root, { version2: false });
    secret = secretOf(server);
    runner.mount(secret);
    door = await runner.open(server.url('demo/greeter'));
    clone = join(runner.folder, 'clone');
    expect(await agentGit(runner.folder, 'clone', '--quiet', door.url, clone)).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await runner.close();
    await server.close();
    await old.close();
  });
  afterEach(() => {
    runner.said.length = 0;
    runner.mount(secret);
  });
  const fails = async (url: string) => {
    const { code, stderr } = await agentGit(runner.folder, 'ls-remote', url);
    expect(code).toBe(128);
    return stderr;
  };

  test('is one over HTTP for the agent', async () => {
    expect(door.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/demo\/greeter\.git$/);
    expect(await gitIn(clone, 'log', '--format=%s')).toBe('two\ninitial');
  });
  test('brings new commits and tags', async () => {
    const commit = await commitTo(repository, 'main', { new: 'x' });
    await gitIn(repository, 'tag', 'v1', 'main');
    await agentGit(clone, 'fetch', '--tags');
    expect(await gitIn(clone, 'rev-parse', 'origin/main', 'v1')).toBe(`${commit}\n${commit}`);
  });
  test('brings the contents that a partial clone lacks, and deepens a shallow one', async () => {
    const partial = join(runner.folder, 'partial');
    const args = ['--quiet', '--no-checkout', '--filter=blob:none'];
    await agentGit(runner.folder, 'clone', ...args, door.url, partial);
    expect((await agentGit(partial, 'log', '-p')).stdout).toContain('+two');
    expect((await agentGit(partial, 'blame', '--porcelain', 'main', '--', 'README.md')).stdout).toContain('\ttwo');
    const shallow = join(runner.folder, 'shallow');
    await agentGit(runner.folder, 'clone', '--quiet', '--depth=1', door.url, shallow);
    await agentGit(shallow, 'fetch', '--quiet', '--unshallow');
    expect(await gitIn(shallow, 'rev-parse', '--is-shallow-repository')).toBe('false');
  });
  test('serves two fetches at once', async () => {
    const names = ['first', 'second'].map((name) => join(runner.folder, name));
    const clones = await Promise.all(names.map((into) => agentGit(runner.folder, 'clone', '--quiet', door.url, into)));
    expect(clones.map(({ code }) => code)).toEqual([0, 0]);
  });
  test('refuses a push, and git shows the sentence', async () => {
    const { stderr } = await agentGit(clone, 'push', 'origin', 'HEAD:refs/heads/mine');
    expect(stderr).toContain("remote: this run's work is pushed by the runner: commit, and leave the push to it\n");
    expect(await gitIn(repository, 'for-each-ref', 'refs/heads/mine')).toBe('');
  });
  test('reads a request that is compressed, and names one that is not though it says so', async () => {
    const headers = { 'Git-Protocol': 'version=2', 'Content-Encoding': 'gzip' };
    const refs = gzipSync('0014command=ls-refs\n0000');
    const post = (body: Buffer | string) => ask(`${door.url}/git-upload-pack`, { method: 'POST', headers }, body);
    expect((await post(refs)).body).toContain('refs/heads/main');
    expect((await post('0014command=ls-refs\n0000')).body).toContain('ERR the request is not compressed');
  });
  test('asks for version 2 of the protocol, without which a request needs the one before', async () => {
    const { stderr } = await agentGit(runner.folder, '-c', 'protocol.version=0', 'ls-remote', door.url);
    expect(stderr).toContain('remote: this repository is read over SSH, for which git must speak protocol.version 2\n');
  });
  test('leaves no connection behind when it is closed', async () => {
    const other = await runner.open(server.url('demo/other'));
    const sockets = () => readdirSync(runner.home).filter((name) => name.startsWith('.agent-runner-ssh-'));
    const before = sockets();
    await agentGit(runner.folder, 'ls-remote', other.url);
    expect(sockets()).toHaveLength(before.length + 1);
    await other.close();
    expect(sockets()).toEqual(before);
  });

  describe('says in a sentence that the remote', () => {
    test('refused the key, with ssh’s words in the run’s log alone', async () => {
      runner.mount({ ...secret, 'ssh-privatekey': old.key });
      const stderr = await fails(door.url);
      expect(stderr).toContain("remote: the remote refused the runner's credential\n");
      expect(stderr).not.toContain('publickey');
      expect(runner.said).toEqual([expect.stringContaining('Permission denied (publickey')]);
    });
    test('has a host key that nobody knows', async () => {
      const { url } = await runner.open(old.url('demo/greeter'));
      expect(await fails(url)).toContain("remote: the remote's host key is not a known one\n");
    });
    test('has no such repository', async () => {
      const { url } = await runner.open(server.url('demo/none'));
      expect(await fails(url)).toContain('remote: the remote has no such repository');
    });
    test('does not speak version 2', async () => {
      runner.mount(secretOf(old));
      const { url } = await runner.open(old.url('demo/greeter'));
      expect(await fails(url)).toContain("remote: the remote does not speak version 2 of git's protocol over SSH\n");
    });
    test('is not there', async () => {
      const { url } = await runner.open('ssh://git@127.0.0.1:1/demo/greeter');
      expect(await fails(url)).toContain('remote: the remote cannot be reached\n');
    });
    test('says nothing', async () => {
      const limits = { connect: 30_000, silence: 1 };
      const { url } = await runner.open(server.url('demo/greeter'), { limits });
      expect(await fails(url)).toContain('remote: the remote sent nothing for');
    });
  });

  describe('of a large repository', () => {
    let meter: Awaited<ReturnType<typeof startMeter>>;
    let url: string;
    beforeAll(async () => {
      const { dir } = await createRepository(join(runner.folder, 'git'), 'demo/large');
      for (const key of ['core.compression', 'pack.window']) await gitIn(dir, 'config', key, '0');
      await commitTo(dir, 'main', megabytes(SIZE));
      const { port } = new URL(server.prefix);
      meter = await startMeter(Number(port));
      secret = { ...secret, known_hosts: `${server.knownHosts}${server.knownHosts.replace(port, String(meter.port))}` };
      runner.mount(secret);
      ({ url } = await runner.open(server.url('demo/large').replace(port, String(meter.port))));
    });
    afterAll(() => meter.close());

    test('lets the remote wait while git does not read', async () => {
      const into = join(runner.folder, 'stopped');
      const begun = meter.after(MEGABYTE);
      const { ended, signal } = startGit(runner.folder, ['clone', '--quiet', '--no-checkout', url, into]);
      await begun;
      signal('SIGSTOP');
      const held = await meter.still();
      signal('SIGCONT');
      expect(await ended).toMatchObject({ code: 0 });
      expect(meter.passed()).toBeGreaterThan((SIZE - 10) * MEGABYTE);
      expect(held).toBeLessThan(25 * MEGABYTE);
    });
    test('gives git no whole answer when the connection is cut in the middle, and a whole one after that', async () => {
      const into = join(runner.folder, 'cut');
      const begun = meter.after(MEGABYTE);
      const cut = agentGit(runner.folder, 'clone', '--quiet', url, into);
      await begun;
      meter.cut();
      expect((await cut).stderr).toMatch(/early EOF|end of packet|transfer closed/i);
      expect(runner.said).toEqual([expect.stringMatching(/^the remote cannot be reached: /)]);
      expect(await agentGit(runner.folder, 'clone', '--quiet', '--no-checkout', url, into)).toMatchObject({ code: 0 });
    });
  });
});
