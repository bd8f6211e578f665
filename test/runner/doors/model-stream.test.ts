import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { keyPieces } from '../../../src/runner/doors/model-key.js';
import { passOn } from '../../../src/runner/doors/model-stream.js';
import type { ModelRequest } from '../../../src/runner/doors/model-types.js';
import { UsageReader } from '../../../src/runner/doors/model-usage.js';
import { doorTo, GOOD, scriptedApi } from './scripted-api.js';

afterEach(() => void jest.useRealTimers());

const begin = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' });

test('each chunk passes before the next is there', async () => {
  let api: ServerResponse | undefined;
  const { origin } = await scriptedApi((response) => {
    api = begin(response);
    api.flushHeaders();
  });
  const { ask } = await doorTo(origin);
  // The head comes before there is anything to send.
  const reader = (await ask()).body?.getReader();
  for (const text of ['data: one\n\n', 'data: two\n\n', 'no end of a line']) {
    api?.write(text);
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe(text);
  }
  api?.end();
  expect((await reader?.read())?.done).toBe(true);
});

describe('a caller who leaves ends the request to the API', () => {
  test('within the answer, and what it has used counts', async () => {
    const gone: Promise<unknown>[] = [];
    const { origin } = await scriptedApi((response) => {
      gone.push(once(response, 'close'));
      begin(response).write(`data: ${JSON.stringify({ usage: GOOD.usage })}\n\n`);
    });
    const { counted, onRequest } = counter();
    const { door, ask } = await doorTo(origin, { onRequest });
    const reader = (await ask()).body?.getReader();
    await reader?.read();
    await reader?.cancel();
    expect(await counted).toMatchObject({ status: 200, problem: '', tokens: { input: 70, output: 10 } });
    await Promise.all(gone);
    expect(door.usage()).toMatchObject([{ requests: 1, failed: 0, input: 70, output: 10 }]);
  });

  test('before the answer', async () => {
    const leaving = new AbortController();
    const gone: Promise<unknown>[] = [];
    const { origin } = await scriptedApi((response) => {
      gone.push(once(response, 'close'));
      leaving.abort();
    });
    const { counted, onRequest } = counter();
    const { door } = await doorTo(origin, { onRequest });
    const asked = fetch(`${door.url}/chat/completions`, {
      method: 'POST',
      headers: { 'x-api-key': door.key },
      body: '{"model":"model-a"}',
      signal: leaving.signal,
    });
    await expect(asked).rejects.toThrow();
    expect(await counted).toMatchObject({ status: 0, problem: expect.stringMatching(/^the caller left after \d+ s/) });
    await Promise.all(gone);
  });
});

test('a door that closes ends what is under way, and what it has used counts', async () => {
  const { origin } = await scriptedApi((response) => {
    begin(response).write(`data: ${JSON.stringify({ usage: GOOD.usage })}\n\n`);
  });
  const { door, ask } = await doorTo(origin);
  const reader = (await ask()).body?.getReader();
  await reader?.read();
  await door.close();
  await expect(reader?.read()).rejects.toThrow();
  expect(door.usage()).toMatchObject([{ requests: 1, input: 70 }]);
  await expect(ask()).rejects.toThrow();
});

test('a door closes also where a connection has been handed over while an answer was under way', async () => {
  const { origin } = await scriptedApi((response) => {
    begin(response).write('x'.repeat(1024));
  });
  const { door } = await doorTo(origin);
  const body = '{"model":"model-a"}';
  const lines = ['Host: 127.0.0.1', `Authorization: Bearer ${door.key}`, `Content-Length: ${body.length}`];
  const { port, pathname } = new URL(door.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(`POST ${pathname.replace(/\/$/, '')}/chat/completions HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
  await once(socket, 'data');
  socket.write('CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n');
  socket.pause();
  const gone = new Promise((resolve) => socket.once('close', resolve));
  await door.close();
  socket.resume();
  await gone;
});

describe('what the API does not tell is estimated', () => {
  test('where its answer has no usage', async () => {
    const { origin } = await scriptedApi((response) => void response.writeHead(200).end(`{"a":"${'x'.repeat(152)}"}`));
    const { door, ask } = await doorTo(origin);
    await (await ask('/chat/completions', { model: 'model-a', messages: ['x'.repeat(360)] })).text();
    expect(door.usage()).toMatchObject([{ requests: 1, input: 99, output: 10 }]);
  });
  test('where the caller has left before it told', async () => {
    const { origin } = await scriptedApi((response) => void begin(response).write(`data: ${'x'.repeat(154)}`));
    const { counted, onRequest } = counter();
    const { door, ask } = await doorTo(origin, { onRequest });
    const reader = (await ask()).body?.getReader();
    await reader?.read();
    await reader?.cancel();
    expect(await counted).toMatchObject({ status: 200, tokens: { input: 5, output: 10 } });
    expect(door.usage()).toMatchObject([{ requests: 1, input: 5, output: 10 }]);
  });
});

test('no more than 16 requests pass at once: what they use is known at their end', async () => {
  const { origin, seen } = await scriptedApi((response) => void begin(response).flushHeaders());
  const { ask } = await doorTo(origin);
  const waiting = await Promise.all(Array.from({ length: 16 }, () => ask()));
  const refused = await ask();
  expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining('more than 16 requests')]);
  expect(seen.length).toBe(16);
  await waiting[0]?.body?.cancel();
  let status = 503;
  while (status === 503) ({ status } = await ask());
  expect(status).toBe(200);
});

test('a connection that the API has closed meanwhile is not noticed', async () => {
  const { origin } = await scriptedApi((response) => {
    const { socket } = response;
    response.writeHead(200).end('{}');
    // At the first byte of the next request.
    socket?.once('data', () => socket.resetAndDestroy());
  });
  const { door, ask } = await doorTo(origin);
  for (let times = 0; times < 3; times++) {
    const answer = await ask();
    expect([answer.status, await answer.text()]).toEqual([200, '{}']);
  }
  expect(door.usage()).toMatchObject([{ requests: 3, failed: 0 }]);
});

/** A promise of the first request that is told. */
function counter() {
  let tell: (request: ModelRequest) => void = () => undefined;
  const counted = new Promise<ModelRequest>((resolve) => {
    tell = resolve;
  });
  return { counted, onRequest: (request: ModelRequest) => tell(request) };
}

test('an answer may take longer than the API may be silent', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  const answer = new PassThrough();
  const response = new PassThrough().resume();
  const usage = new UsageReader('chat', {});
  const limits = { connect: 30_000, silence: 300_000 };
  const passing = passOn(answer as never, response as never, usage, keyPieces('', 16), { host: 'api:443', limits });
  for (let times = 0; times < 5; times++) {
    answer.write(`data: ${times}\n\n`);
    await new Promise((resolve) => setImmediate(resolve));
    jest.advanceTimersByTime(299_000);
    expect(answer.destroyed).toBe(false);
  }
  jest.advanceTimersByTime(1000);
  expect(await passing).toBe('the answer broke off: api:443 has sent nothing for 300 s');
});

test('an answer of 100 MB passes in little memory, also to a caller who begins to read late', async () => {
  const child = fork(fileURLToPath(new URL('large-answer.js', import.meta.url)), { execArgv: ['--expose-gc'] });
  const [{ bytes, ahead, grown, usage }] = (await once(child, 'message')) as [
    { bytes: number; ahead: number; grown: number; usage: unknown },
  ];
  expect(bytes).toBeGreaterThan(100e6);
  expect(ahead).toBeLessThan(32e6);
  expect(usage).toMatchObject([{ input: 70, output: 10 }]);
  expect(grown).toBeLessThan(60e6);
});
