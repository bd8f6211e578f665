import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { problemOf } from '../../../src/runner/doors/model-problem.js';
import { askedWait } from '../../../src/runner/doors/model-wait.js';
import { atEnd, doorTo, GOOD, json, REAL_KEY, refusal, scriptedApi } from './scripted-api.js';

const QUOTA = { error: { message: 'You have exceeded your monthly quota', type: 'insufficient_quota' } };

describe('an answer that is an error', () => {
  test.each([
    ['of a quota', 429, QUOTA, { 'retry-after': '30' }, 'You have exceeded your monthly quota; it asks to wait 30 s'],
    ['of a key', 401, { error: { message: `no such key: ${REAL_KEY}` } }, {}, 'no such key: ***'],
    ['of the server', 503, '<html>\n<title>\u001b[1mdown</title>', {}, '<html> <title>down</title>'],
    ['without a body', 500, '', {}, 'Internal Server Error'],
  ])('%s passes, and its words are told', async (_, status, body, headers, words) => {
    const api = await scriptedApi((response) => void json(response, status, body, headers));
    const { door, told, ask } = await doorTo(api.origin);
    const answer = await ask();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([
      status,
      (headers as Record<string, string>)['retry-after'] ?? null,
    ]);
    const text = await answer.text();
    if (typeof body === 'object' && status !== 401) expect(JSON.parse(text)).toEqual(body);
    const problem = `HTTP ${status}: ${words}`;
    expect(told).toMatchObject([{ model: 'model-a', status, tokens: { input: 0, output: 0 }, problem }]);
    expect(door.usage()).toMatchObject([{ requests: 1, failed: 1, input: 0, output: 0 }]);
    expect(door.lastProblem()).toBe(problem);
    expect(text + JSON.stringify(told)).not.toMatch(/\u001b|sk-proj/);
  });

  test('is the last problem until a good answer', async () => {
    let times = 0;
    const api = await scriptedApi((response) => void json(response, times++ === 0 ? 529 : 200, GOOD));
    const { door, ask } = await doorTo(api.origin);
    await (await ask()).text();
    expect(door.lastProblem()).toMatch(/^HTTP 529: /);
    await (await ask()).text();
    expect(door.lastProblem()).toBe('');
  });

  test('passes up to 64 KiB', async () => {
    const api = await scriptedApi((response) => void response.writeHead(500).end('x'.repeat(10 * 2 ** 20)));
    const { told, ask } = await doorTo(api.origin);
    expect((await (await ask()).text()).length).toBe(64 * 2 ** 10);
    expect(told[0]?.problem).toBe(`HTTP 500: ${'x'.repeat(300)}`);
  });

  test('comes in a stream that began well', async () => {
    const api = await scriptedApi((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify({ type: 'message_start', message: { usage: { input_tokens: 9 } } })}\n\n`);
      const error = { type: 'overloaded_error', message: `Overloaded, ${REAL_KEY}` };
      response.end(`event: error\ndata: ${JSON.stringify({ type: 'error', error })}\n\n`);
    });
    const { door, told, ask } = await doorTo(api.origin);
    await (await ask('/messages')).text();
    expect(told).toMatchObject([{ status: 200, tokens: { input: 9 }, problem: 'HTTP 200: Overloaded, ***' }]);
    expect(door.usage()).toMatchObject([{ failed: 1, input: 9 }]);
  });
});

test.each([
  ['OpenAI', { error: { message: 'words' } }],
  ['Anthropic', { type: 'error', error: { type: 'x', message: 'words' } }],
  ['Google', [{ error: { code: 429, message: 'words' } }]],
  ['AWS', { message: 'words' }],
  ['older AWS', { Message: 'words' }],
  ['FastAPI', { detail: [{ loc: ['body'], msg: 'words' }] }],
  ['others', { error: 'words' }],
  ['others', { errors: [{ message: 'words' }] }],
  ['others', { detail: 'words' }],
  ['OAuth', { error: 'invalid', error_description: 'words' }],
])('the message is read in the shape of %s', (_, body) => {
  expect(problemOf(429, JSON.stringify(body), undefined)).toBe('HTTP 429: words');
});

describe('how long the API asks to wait is read as OpenCode reads it', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  test.each([
    [{ 'retry-after': '3600' }, 3_600_000],
    [{ 'retry-after': '1.5' }, 1500],
    [{ 'retry-after': '3600s' }, 3_600_000],
    [{ 'retry-after': 'Thu, 01 Jan 2026 01:00:00 GMT' }, 3_600_000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
    [{ 'retry-after-ms': '250', 'retry-after': '3600' }, 250],
    [{ 'retry-after-ms': 'soon', 'retry-after': '3600' }, 3_600_000],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('%j', (headers, wait) => {
    expect(askedWait(headers, now)).toBe(wait);
  });
});

describe('an API that asks to wait longer than the run has time', () => {
  const words = 'HTTP 429: You have exceeded your monthly quota; it asks to wait 3600 s';

  test.each([
    ['in seconds', { 'retry-after': '3600' }],
    ['in milliseconds', { 'retry-after-ms': '3600000' }],
  ])('%s, is told once, and OpenCode waits for nothing', async (_, headers) => {
    const api = await scriptedApi((response) => void json(response, 429, QUOTA, headers));
    const { told, hopeless, ask } = await doorTo(api.origin, { timeLeft: () => 900_000 });
    for (let times = 0; times < 2; times++) {
      const answer = await ask();
      expect([answer.status, answer.headers.get('retry-after'), answer.headers.get('retry-after-ms')]).toEqual([
        402,
        null,
        null,
      ]);
      // OpenCode would send it again for the number.
      expect((await refusal(answer)).replace('\u2060', '')).toBe(
        `402 agent_runner: ${words}, and the run has 900 s left`,
      );
    }
    expect(hopeless).toEqual([`${words}, and the run has 900 s left`]);
    expect(told).toMatchObject([
      { status: 429, problem: words },
      { status: 429, problem: words },
    ]);
  });

  test('is waited for when there is as much time', async () => {
    const api = await scriptedApi((response) => void json(response, 429, QUOTA, { 'retry-after': '3600' }));
    const { hopeless, ask } = await doorTo(api.origin, { timeLeft: () => 3_600_000 });
    const answer = await ask();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '3600']);
    expect(hopeless).toEqual([]);
  });
});

test.each([
  ['https://login.example.com/sso?key=x', 'https://login.example.com'],
  ['/other', 'http://127.0.0.1:'],
  [`https://${REAL_KEY}.example`, 'https://***'],
])('a redirect to %s is not followed', async (location, origin) => {
  const api = await scriptedApi((response) => void response.writeHead(307, { location }).end('moved'));
  const { told, ask } = await doorTo(api.origin);
  const words = await refusal(await ask());
  expect(words).toMatch(/^502 agent_runner: HTTP 307: .* redirects to .*, which is not followed; model.baseURL/);
  expect(words).toContain(`redirects to ${origin}`);
  expect(words).not.toMatch(/sso|sk-proj/i);
  expect(told).toMatchObject([{ status: 307, problem: expect.stringContaining('redirects') }]);
  expect(api.seen).toHaveLength(1);
});

test('an answer that is packed cannot be searched, and does not pass', async () => {
  const api = await scriptedApi((response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'));
  const { ask } = await doorTo(api.origin);
  expect(await refusal(await ask())).toMatch(/^502 .* packs its answer/);
});

describe('an API that is not reached', () => {
  test.each([
    [
      'has no name',
      'http://no-such-host.invalid/v1',
      /^no-such-host\.invalid:80 is not reached: .*\((ENOTFOUND|EAI_AGAIN)\); check that/,
    ],
    [
      'refuses',
      'http://127.0.0.1:1/v1',
      /^127\.0\.0\.1:1 is not reached: the connection is refused \(ECONNREFUSED\); check that model\.baseURL .* egress/,
    ],
  ])('because it %s', async (_, url, words) => {
    const { door, told, ask } = await doorTo(url);
    const answer = await ask();
    expect(answer.status).toBe(502);
    expect(JSON.parse(await answer.text()).error.message).toMatch(words);
    expect(told).toMatchObject([{ model: 'model-a', status: 0, problem: expect.stringMatching(words) }]);
    expect(door.usage()).toMatchObject([{ requests: 1, failed: 1 }]);
    expect(door.lastProblem()).toMatch(words);
  });

  test('because it does not speak TLS', async () => {
    const api = await scriptedApi((response) => void response.end());
    const { ask } = await doorTo(api.origin.replace('http:', 'https:'));
    expect(await refusal(await ask())).toMatch(/^502 .* it does not speak TLS .*; check model\.baseURL$/);
  });

  test('because it hangs up', async () => {
    const api = await scriptedApi((response) => void response.destroy());
    const { told, ask } = await doorTo(api.origin);
    expect(await refusal(await ask())).toMatch(/^502 .* closed the connection before it answered/);
    expect(told).toMatchObject([{ status: 0 }]);
  });

  test('because no connection comes about', async () => {
    // TLS never gets to its end here.
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    atEnd(async () => void server.close());
    const { port } = server.address() as { port: number };
    const { told, ask } = await doorTo(`https://127.0.0.1:${port}`, {}, { connect: 50 });
    expect(await refusal(await ask())).toMatch(/^502 .* no connection within 0.05 s; check .* egress/);
    expect(told).toMatchObject([{ status: 0 }]);
  });
});

describe('an API that is silent is not waited for', () => {
  test('before its answer', async () => {
    const api = await scriptedApi(() => undefined);
    const { told, ask } = await doorTo(api.origin, {}, { silence: 50 });
    expect(await refusal(await ask())).toMatch(/^504 .* has sent nothing for 0.05 s$/);
    expect(told).toMatchObject([{ status: 504 }]);
  });

  test('within its answer, and what it has used counts', async () => {
    const api = await scriptedApi((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify({ usage: GOOD.usage })}\n\n`);
    });
    const { door, told, ask } = await doorTo(api.origin, {}, { silence: 50 });
    await expect((await ask()).text()).rejects.toThrow();
    expect(told).toMatchObject([
      { status: 200, tokens: { input: 70 }, problem: expect.stringContaining('has sent nothing for 0.05 s') },
    ]);
    expect(door.usage()).toMatchObject([{ failed: 1, input: 70 }]);
  });

  test('within an error', async () => {
    const api = await scriptedApi((response) => void response.writeHead(500).write('half an err'));
    const { told, ask } = await doorTo(api.origin, {}, { silence: 50 });
    expect(await (await ask()).text()).toBe('half an err');
    expect(told).toMatchObject([{ status: 500, problem: 'HTTP 500: half an err' }]);
  });
});

test('an answer that breaks off breaks off for OpenCode too', async () => {
  const api = await scriptedApi((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {}\n\n', () => response.destroy());
  });
  const { told, ask } = await doorTo(api.origin);
  await expect((await ask()).text()).rejects.toThrow();
  expect(told).toMatchObject([{ status: 200, problem: expect.stringMatching(/broke off: .* closed the connection/) }]);
});

test('who is told may fail, and the door stays open', async () => {
  const fail = () => {
    throw new Error('not mine');
  };
  const api = await scriptedApi((response) => void json(response, 429, QUOTA, { 'retry-after': '9' }));
  const callbacks = { onRequest: fail, onOverBudget: fail, onHopeless: fail, timeLeft: fail };
  const { ask } = await doorTo(api.origin, { ...callbacks, budget: { tokens: 1, cost: 0 } });
  for (let times = 0; times < 2; times++) expect((await ask()).status).toBe(429);
});
