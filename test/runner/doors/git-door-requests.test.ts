import type http from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, BASIC, REFS, startHost, startRunner, TOKEN } from './git-door-world.js';

let runner: ReturnType<typeof startRunner>;
beforeAll(() => {
  runner = startRunner();
});
afterAll(() => runner.close());

describe('a request is refused', () => {
  const refused = (path: string, options: http.RequestOptions = {}) =>
    runner.throughDoor(() => expect('the host').toBe('not asked'), options, path);

  test.each([
    ['of dumb HTTP', '/info/refs', {}],
    ['of dumb HTTP, for a file', '/HEAD', {}],
    ['of dumb HTTP, for an object', '/objects/info/packs', {}],
    ['for the service of another program', '/info/refs?service=git-upload-archive', {}],
    ['with a method that no fetch has', '/git-upload-pack', { method: 'PUT' }],
    ['for large files', '/info/lfs/objects/batch', { method: 'POST' }],
  ])('%s', async (_, path, options) => {
    expect(await refused(path, options)).toMatchObject({
      status: 403,
      body: "only a fetch over git's smart HTTP is served here\n",
    });
  });
  test.each([
    ['/info/refs?service=git-receive-pack', {}],
    ['/git-receive-pack', { method: 'POST' }],
  ])('which would push: %s', async (path, options) => {
    expect(await refused(path, options)).toMatchObject({ status: 403, body: expect.stringContaining('pushed by') });
  });
  test.each(['-two', '/../other', '%2f..%2fother', '.git.git'])('for another repository: %s', async (more) => {
    expect((await refused(`${more}${REFS}`)).status).toBe(403);
  });
  test('which gives this address another name, as a page of a browser may', async () => {
    expect(await refused(REFS, { headers: { Host: 'evil.example' } })).toMatchObject({ status: 403 });
  });
  test.each([
    ['a length', { 'Content-Length': '124' }],
    ['pieces', { 'Transfer-Encoding': 'chunked' }],
  ])('which announces a body where there is none, by %s', async (_, headers) => {
    expect(await refused(REFS, { headers })).toMatchObject({ status: 403, body: 'this request has no body\n' });
  });
  test('which a page of a browser makes', async () => {
    expect(await refused(REFS, { headers: { Origin: 'http://127.0.0.1' } })).toMatchObject({ status: 403 });
  });
  test('when there are too many at once', async () => {
    const held: http.ServerResponse[] = [];
    let all = () => {};
    const asked = new Promise<void>((resolve) => {
      all = resolve;
    });
    const host = await startHost((_, response) => {
      if (held.push(response) === 32) all();
    });
    const door = await runner.open(`${host.url}/demo/greeter`);
    const waiting = Array.from({ length: 32 }, () => ask(`${door.url}${REFS}`));
    await asked;
    expect(await ask(`${door.url}${REFS}`)).toMatchObject({ status: 503 });
    for (const response of held) response.writeHead(500).end();
    await Promise.all(waiting);
    host.close();
  });
});

describe('the remote gets', () => {
  test('the credential and what git has to say, and nothing else of the client', async () => {
    let headers: http.IncomingHttpHeaders = {};
    const sent = {
      'Git-Protocol': 'version=2',
      Accept: 'a/b',
      Cookie: 'c=1',
      Authorization: 'Basic eA==',
      'X-Own': 'x',
    };
    await runner.throughDoor(
      (request, response) => {
        headers = request.headers;
        response.end();
      },
      { headers: sent },
    );
    expect(headers).toEqual({
      host: expect.stringContaining('127.0.0.1'),
      connection: 'keep-alive',
      'user-agent': 'git/2.0 (agent-runner)',
      'accept-encoding': 'identity',
      'git-protocol': 'version=2',
      authorization: `Basic ${BASIC}`,
    });
  });
  test('no protocol that could be read as a request of its own', async () => {
    let headers: http.IncomingHttpHeaders = {};
    const sent = { 'Git-Protocol': 'POST /demo/greeter/git-receive-pack HTTP/1.1' };
    const answer: http.RequestListener = (request, response) => {
      headers = request.headers;
      response.end();
    };
    await runner.throughDoor(answer, { headers: sent });
    expect(headers).toMatchObject({ authorization: `Basic ${BASIC}` });
    expect(headers).not.toHaveProperty('git-protocol');
  });
  test('of a request for objects its kind and its length alone', async () => {
    let headers: http.IncomingHttpHeaders = {};
    const sent = { 'Content-Type': 'a/b', 'Content-Encoding': 'br', Accept: 'a/b', 'Content-Length': '4' };
    const answer: http.RequestListener = (request, response) => {
      headers = request.headers;
      response.end();
    };
    await runner.throughDoor(answer, { method: 'POST', headers: sent }, '/git-upload-pack');
    expect(headers).toEqual({
      host: expect.stringContaining('127.0.0.1'),
      connection: 'keep-alive',
      'user-agent': 'git/2.0 (agent-runner)',
      'accept-encoding': 'identity',
      accept: 'application/x-git-upload-pack-result',
      'content-type': 'application/x-git-upload-pack-request',
      'content-length': '4',
      authorization: `Basic ${BASIC}`,
    });
  });
  test('no credential when the Secret has none', async () => {
    runner.mount({});
    let authorization: string | undefined = 'not asked';
    const got = await runner.throughDoor((request, response) => {
      ({ authorization } = request.headers);
      response.writeHead(401).end();
    });
    expect(authorization).toBeUndefined();
    expect(got).toMatchObject({ status: 403, body: 'the remote asks for a credential, and the runner has none\n' });
    runner.mount({ password: TOKEN });
  });
});
