import { Agent } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { askRaw, atEnd, doorTo, GOOD, json, REAL_KEY, refusal, scriptedApi } from './scripted-api.js';

const PATH = '/v1/chat/completions';

async function open(key: () => string = () => REAL_KEY) {
  const api = await scriptedApi((response) => void json(response, 200, GOOD));
  return { ...(await doorTo(`${api.origin}/v1`, { key })), seen: api.seen };
}

describe('the real key takes the place of the door’s', () => {
  test.each([
    ['authorization', 'Bearer KEY', `Bearer ${REAL_KEY}`],
    ['x-api-key', 'KEY', REAL_KEY],
    ['api-key', 'KEY', REAL_KEY],
    ['x-goog-api-key', 'KEY', REAL_KEY],
    ['x-gateway-auth', 'token KEY;v=1', `token ${REAL_KEY};v=1`],
  ])('in %s', async (name, given, sent) => {
    const { door, seen } = await open();
    const headers = { authorization: 'Bearer of-another', [name]: given.replace('KEY', door.key) };
    expect((await askRaw(door, PATH, { headers })).status).toBe(200);
    const holders = Object.entries(seen[0]?.headers ?? {}).filter(([, value]) => value?.includes(REAL_KEY));
    expect(holders).toEqual([[name, sent]]);
    expect(JSON.stringify(seen)).not.toContain('of-another');
  });

  test('in the query', async () => {
    const { door, seen } = await open();
    const headers = { authorization: '' };
    expect((await askRaw(door, `${PATH}?alt=sse&key=${door.key}`, { headers })).status).toBe(200);
    expect(seen[0]?.url).toBe(`${PATH}?alt=sse&key=${REAL_KEY}`);
  });

  test('in no other header than the one for keys', async () => {
    const { door, seen } = await open();
    await askRaw(door, PATH, { headers: { 'user-agent': `agent/${door.key}` } });
    expect(seen[0]?.headers).toMatchObject({ authorization: `Bearer ${REAL_KEY}` });
    expect(seen[0]?.headers).not.toHaveProperty('user-agent');
  });

  test('as it is at the time of each request', async () => {
    let key = 'first-key-0123456789';
    const { seen, ask } = await open(() => key);
    await (await ask()).text();
    // As tools store it.
    key = '\ufeffsecond-key-0123456789\r\n';
    await (await ask()).text();
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer first-key-0123456789',
      'Bearer second-key-0123456789',
    ]);
  });

  test('an API that takes none gets neither', async () => {
    const { door, seen } = await open(() => '');
    await askRaw(door, `${PATH}?key=${door.key}`, { headers: { 'x-api-key': door.key } });
    expect(seen[0]?.url).toBe(PATH);
    expect(JSON.stringify(seen)).not.toMatch(new RegExp(`${door.key}|authorization|x-api-key`));
  });
});

describe('a request is refused', () => {
  test.each([
    ['without the key', {}, 401, "lacks this run's key"],
    ['with another key', { authorization: 'Bearer other' }, 401, "lacks this run's key"],
    ['with the real key', { authorization: `Bearer ${REAL_KEY}` }, 401, "lacks this run's key"],
    ['under another name', { host: 'evil.example' }, 421, 'names of this machine'],
    ['under a name that begins like this machine’s', { host: '127.0.0.1.evil.example' }, 421, 'names of this machine'],
    ['from a web page', { origin: 'http://127.0.0.1' }, 403, 'no web page'],
  ])('%s', async (_, headers, status, words) => {
    const { door, told, seen } = await open();
    const key = 'host' in headers || 'origin' in headers ? {} : { authorization: '' };
    const answer = await askRaw(door, PATH, { headers: { ...key, ...headers } });
    expect([answer.status, answer.body]).toEqual([status, expect.stringContaining(words)]);
    expect(told).toMatchObject([{ status, problem: expect.stringContaining(words) }]);
    // Others’ mistakes are no reason for OpenCode to wait.
    if (status === 401) expect(door.lastProblem()).toBe('');
    expect(seen).toEqual([]);
  });

  test.each([
    ['the key of another', 'key=other', 'parameter "key"'],
    ['a token of another', 'access_token=other', 'parameter "access_token"'],
    ['another’s key with escapes', 'k%65y=other', 'parameter "key"'],
    ['the door’s key at another place', 'x=DOOR', 'parameter "x"'],
    ['an escape of nothing', 'x=%zz', 'escape'],
  ])('with %s in its query', async (_, query, words) => {
    const { door, seen } = await open();
    const answer = await askRaw(door, `${PATH}?${query.replace('DOOR', door.key)}`);
    expect([answer.status, answer.body]).toEqual([403, expect.stringContaining(JSON.stringify(words).slice(1, -1))]);
    expect(seen).toEqual([]);
  });

  test.each([
    ['has signs that no header has', () => 'sk-ü\nx', 'store it in its Secret as plain text'],
    [
      'cannot be read',
      () => {
        throw new Error(REAL_KEY);
      },
      'cannot be read',
    ],
  ])('while the key %s', async (_, key, words) => {
    const { seen, ask } = await open(key);
    const said = await refusal(await ask());
    expect(said).toMatch(new RegExp(`^401 .*${words}`));
    expect(said).not.toContain(REAL_KEY);
    expect(seen).toEqual([]);
  });

  test('with a body that is packed', async () => {
    const { ask } = await open();
    expect(await refusal(await ask('/chat/completions', '{}', { 'content-encoding': 'gzip' }))).toMatch(/^415 .* gzip/);
  });
});

test('headers about the connection, the caller or another request do not pass, others do', async () => {
  const { door, seen } = await open();
  const dropped = {
    connection: 'keep-alive, x-hop',
    'x-hop': '1',
    te: 'trailers',
    'accept-encoding': 'gzip',
    cookie: 'a=b',
    'proxy-authorization': 'Basic x',
    'x-forwarded-for': '10.0.0.1',
    'x-forwarded-host': 'other',
    forwarded: 'for=x',
    via: 'x',
    'x-http-method-override': 'DELETE',
    'x-original-url': '/files',
    'transfer-encoding': 'chunked',
  };
  const passed = { 'anthropic-beta': 'tools', 'x-session-id': 'ses_1', 'user-agent': 'opencode/1.18.33' };
  await askRaw(door, PATH, { headers: { ...dropped, ...passed } });
  expect(seen[0]?.headers).toEqual({
    ...passed,
    authorization: `Bearer ${REAL_KEY}`,
    'content-type': 'application/json',
    'content-length': '19',
    'accept-encoding': 'identity',
    connection: 'keep-alive',
    host: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
  });
});

describe('a body passes up to the limit', () => {
  const limits = { bodyBytes: 1000, allBodyBytes: 1500 };
  const bodyOf = (bytes: number) => `{"model":"model-a","x":"${'y'.repeat(bytes - 26)}"}`;

  test('and not above it, whether its length is told or not', async () => {
    const api = await scriptedApi((response) => void json(response, 200, GOOD));
    const { door, ask } = await doorTo(`${api.origin}/v1`, {}, limits);
    expect((await ask('/chat/completions', bodyOf(1000))).status).toBe(200);
    expect(await refusal(await ask('/chat/completions', bodyOf(1001)))).toMatch(/^413 .* more than 1000 bytes/);
    const headers = { 'transfer-encoding': 'chunked' };
    expect((await askRaw(door, PATH, { headers, body: bodyOf(1001) })).status).toBe(413);
    expect(api.seen.map(({ body }) => body)).toEqual([bodyOf(1000)]);
  });

  test('and the connection goes on after one that is larger', async () => {
    const api = await scriptedApi((response) => void json(response, 200, GOOD));
    const { door } = await doorTo(`${api.origin}/v1`, {}, limits);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    atEnd(async () => agent.destroy());
    const headers = { 'transfer-encoding': 'chunked' };
    for (const [bytes, status] of [
      [2 ** 22, 413],
      [1000, 200],
    ] as const) {
      expect((await askRaw(door, PATH, { headers, body: bodyOf(bytes), agent })).status).toBe(status);
    }
  });

  test('all that wait have a limit together, and get out of each other’s way', async () => {
    const held: (() => void)[] = [];
    let arrived = () => {};
    const first = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const api = await scriptedApi((response) => {
      held.push(() => json(response, 200, GOOD));
      arrived();
      if (held.length > 1) held.at(-1)?.();
    });
    const { ask } = await doorTo(`${api.origin}/v1`, {}, limits);
    const waiting = ask('/chat/completions', bodyOf(1000));
    await first;
    expect(await refusal(await ask('/chat/completions', bodyOf(1000)))).toMatch(/^503 /);
    held[0]?.();
    expect((await waiting).status).toBe(200);
    expect((await ask('/chat/completions', bodyOf(1000))).status).toBe(200);
  });
});
