import type { RequestListener } from 'node:http';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createRepository, gitIn, startGitServer } from '../../support/git-server.js';
import { agentGit, ask, BASIC, REFS, startHost, startRunner, TOKEN } from './git-door-world.js';

const ADVERTISEMENT = 'application/x-git-upload-pack-advertisement';

let runner: ReturnType<typeof startRunner>;
beforeAll(() => {
  runner = startRunner();
});
afterAll(() => runner.close());
afterEach(() => {
  runner.said.length = 0;
});

describe('a sentence says that the remote', () => {
  const answers = (status: number, headers: http.OutgoingHttpHeaders = {}): RequestListener => {
    return (request, response) => {
      const { authorization = '' } = request.headers;
      response.writeHead(status, { 'X-Echo': authorization, 'Content-Type': 'text/plain', ...headers });
      response.end(`you sent ${authorization}, which is ${TOKEN}\n`);
    };
  };
  const cases: [string, number, http.OutgoingHttpHeaders, string][] = [
    ['refused the credential', 401, { 'WWW-Authenticate': 'Basic' }, "the remote refused the runner's credential"],
    ['forbids it', 403, {}, "the remote refused the runner's credential"],
    ['has no such repository', 404, {}, 'the remote has no such repository'],
    ['is busy', 429, {}, 'the remote answered with HTTP 429'],
    ['is broken', 500, {}, 'the remote answered with HTTP 500'],
    ['shows a page', 200, { 'Content-Type': 'text/html' }, "the remote does not speak git's smart HTTP"],
    ['compresses', 200, { 'Content-Type': ADVERTISEMENT, 'Content-Encoding': 'gzip' }, 'the remote does not speak'],
  ];
  test.each(cases)('%s, without a word or a header of its own', async (_, status, headers, sentence) => {
    const got = await runner.throughDoor(answers(status, headers));
    expect(got.body).toContain(sentence);
    expect(got.headers['content-type']).toMatch(/^text\/plain/);
    expect(Object.keys(got.headers).filter((name) => /echo|authenticate/.test(name))).toEqual([]);
    expect(got.body).not.toMatch(new RegExp(`${TOKEN}|${BASIC}`));
    expect(runner.said).toEqual([got.body.trim()]);
  });
  test('moved the repository, and where to', async () => {
    const Location = `/demo/new${REFS}`;
    const { body } = await runner.throughDoor(answers(301, { Location }));
    expect(body).toMatch(/^the remote redirects to http:\/\/127\.0\.0\.1:\d+\/demo\/new: give that URL\n$/);
  });
  test('nothing, where it only wants .git behind the same name, as GitLab does', async () => {
    const paths: (string | undefined)[] = [];
    const suffixed: RequestListener = (request, response) => {
      paths.push(request.url?.replace(/\?.*/, ''));
      if (request.url?.includes('.git/')) response.writeHead(200, { 'Content-Type': ADVERTISEMENT }).end('0000');
      else response.writeHead(301, { Location: `/demo/greeter.git${REFS}` }).end();
    };
    expect(await runner.throughDoor(suffixed)).toMatchObject({ status: 200, body: '0000' });
    expect(paths).toEqual(['/demo/greeter/info/refs', '/demo/greeter.git/info/refs']);
    const elsewhere = { Location: `http://127.0.0.1:1/demo/greeter.git${REFS}` };
    expect((await runner.throughDoor(answers(301, elsewhere))).body).toContain(
      'redirects to http://127.0.0.1:1/demo/greeter.git',
    );
  });
  test('redirects, without the credential that it put into the address', async () => {
    const Location = `https://x:${TOKEN}@git.example/${TOKEN}/app${REFS}&token=${TOKEN}`;
    const { body } = await runner.throughDoor(answers(302, { Location }));
    expect(body).toBe('the remote redirects to https://git.example/***/app: give that URL\n');
  });
  test('redirects to nowhere', async () => {
    expect((await runner.throughDoor(answers(302, { Location: 'http://[' }))).body).toContain('redirects to nowhere');
  });
  test('refused the credential, also where git reads no plain text', async () => {
    const headers = { 'Content-Type': 'application/x-git-upload-pack-request' };
    const got = await runner.throughDoor(answers(401), { method: 'POST', headers }, '/git-upload-pack');
    expect(got).toMatchObject({ status: 200, body: "0032ERR the remote refused the runner's credential" });
  });
  test('is not there', async () => {
    const door = await runner.open('http://127.0.0.1:1/demo/greeter');
    const { stderr } = await agentGit(runner.folder, 'ls-remote', door.url);
    expect(stderr).toContain('remote: the remote cannot be reached (ECONNREFUSED)\n');
  });
  test('says nothing', async () => {
    const host = await startHost(() => {});
    const door = await runner.open(`${host.url}/demo/greeter`, { limits: { connect: 30_000, silence: 20 } });
    expect(await ask(`${door.url}${REFS}`)).toMatchObject({ status: 504, body: expect.stringMatching(/sent nothing/) });
    host.close();
  });
  test('takes no connection', async () => {
    const server = net.createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const door = await runner.open(`https://127.0.0.1:${port}/a/b`, { limits: { connect: 20, silence: 300_000 } });
    expect(await ask(`${door.url}${REFS}`)).toMatchObject({ status: 504, body: expect.stringMatching(/connection/) });
    server.close();
  });
  test('the same thing once, however often the agent tries again', async () => {
    const door = await runner.open('http://127.0.0.1:1/demo/greeter');
    for (let tries = 0; tries < 3; tries++) await ask(`${door.url}${REFS}`);
    expect(runner.said).toHaveLength(1);
  });
});

test('a client that goes away ends the request to the remote', async () => {
  let ended = () => {};
  const over = new Promise<void>((resolve) => {
    ended = resolve;
  });
  let client: http.ClientRequest | undefined;
  const host = await startHost((request) => {
    request.socket.once('close', ended);
    client?.destroy();
  });
  const door = await runner.open(`${host.url}/demo/greeter`);
  client = http.get(`${door.url}${REFS}`).on('error', () => {});
  await over;
  expect(runner.said).toEqual([]);
  host.close();
});

describe('with a real server', () => {
  let server: Awaited<ReturnType<typeof startGitServer>>;
  let url: string;
  let clone: string;
  beforeAll(async () => {
    const root = join(runner.folder, 'git');
    await createRepository(root, 'demo/greeter', { 'README.md': 'x'.repeat(10_000) });
    server = await startGitServer({ root, users: { 'x-access-token': TOKEN } });
    ({ url } = await runner.open(`${server.url}/demo/greeter`));
    clone = join(runner.folder, 'clone');
    await agentGit(runner.folder, 'clone', '--quiet', url, clone);
  });
  afterAll(() => server.close());
  const fails = async (...args: string[]) => {
    const { code, stderr } = await agentGit(clone, ...args);
    expect(code).toBe(128);
    expect(stderr).not.toMatch(new RegExp(`${TOKEN}|${BASIC}|Username`));
    return stderr;
  };

  test('a wrong credential is named, and not asked for', async () => {
    server.setPassword('x-access-token', 'renewed');
    expect(await fails('fetch')).toContain("remote: the remote refused the runner's credential\n");
    server.setPassword('x-access-token', TOKEN);
  });
  test('one that is refused between two requests is named, too', async () => {
    server.setWatcher(({ kind }, when) => (kind === 'fetch' && when === 'before' ? { status: 401 } : undefined));
    const into = join(runner.folder, 'between');
    expect(await fails('clone', url, into)).toContain("remote error: the remote refused the runner's credential");
    server.setWatcher(undefined);
  });
  test('a server that thinks is waited for, longer than an idle connection is kept', async () => {
    server.setWatcher((_, when) => (when === 'before' ? { wait: 4500 } : undefined));
    expect(await agentGit(clone, 'ls-remote', url)).toMatchObject({ code: 0 });
    server.setWatcher(undefined);
  });
  test('a host that was away is read from again', async () => {
    server.setGone(true);
    expect(await fails('fetch')).toContain('remote: the remote cannot be reached');
    server.setGone(false);
    expect(await agentGit(clone, 'fetch')).toMatchObject({ code: 0 });
    expect(await gitIn(clone, 'rev-parse', 'origin/main')).toBe(await gitIn(clone, 'rev-parse', 'HEAD'));
  });
});
