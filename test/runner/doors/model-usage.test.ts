import { describe, expect, test } from '@jest/globals';
import { SHAPES } from './model-shapes.js';
import { doorTo, GOOD, json, scriptedApi } from './scripted-api.js';

const PRICES = { 'model-a': { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 } };

describe('what an answer has used is counted', () => {
  test.each(SHAPES.map((shape) => [shape.name, shape] as const))('%s', async (_, { path, body, send, tokens }) => {
    const api = await scriptedApi(send);
    const { door, told, ask } = await doorTo(`${api.origin}/v1`, { settings: { prices: PRICES } });
    const direct = await (await fetch(`${api.origin}/v1${path}`, { method: 'POST', body: '{}' })).text();
    const answer = await ask(path, body);
    expect([answer.status, await answer.text()]).toEqual([200, direct]);
    const { input, output, cacheRead, cacheWrite } = tokens;
    const cost = (input * 3 + output * 15 + cacheRead * 0.3 + cacheWrite * 3.75) / 1e6;
    expect(told).toEqual([{ model: 'model-a', status: 200, tokens, cost: expect.closeTo(cost, 12), problem: '' }]);
    expect(door.usage()).toEqual([
      { model: 'model-a', requests: 1, failed: 0, ...tokens, cost: expect.closeTo(cost, 12) },
    ]);
  });
});

test('an answer without prices has no cost', async () => {
  const api = await scriptedApi((response) => void json(response, 200, GOOD));
  const { door, told, ask } = await doorTo(api.origin);
  await (await ask()).text();
  expect([told[0]?.cost, door.usage()[0]?.cost]).toEqual([undefined, undefined]);
});

test('a request that is sent again after an error counts as two, and its tokens once', async () => {
  let times = 0;
  const api = await scriptedApi((response) => {
    times++;
    if (times === 1) json(response, 500, { error: { message: 'internal' } });
    else json(response, 200, GOOD);
  });
  const { door, ask } = await doorTo(api.origin);
  for (const status of [500, 200]) {
    const answer = await ask();
    expect(answer.status).toBe(status);
    await answer.text();
  }
  expect(door.usage()).toMatchObject([{ requests: 2, failed: 1, input: 70, output: 10 }]);
});

test('an error that reports usage counts with it', async () => {
  const api = await scriptedApi((response) => void json(response, 400, { ...GOOD, error: 'content filter' }));
  const { door, ask } = await doorTo(api.origin);
  await (await ask()).text();
  expect(door.usage()).toMatchObject([{ requests: 1, failed: 1, input: 70, output: 10 }]);
});

test('two requests at once count each for its model', async () => {
  const waiting: (() => void)[] = [];
  const api = await scriptedApi((response) => {
    waiting.push(() => json(response, 200, GOOD));
    if (waiting.length === 2) for (const answer of waiting.reverse()) answer();
  });
  const { door, ask } = await doorTo(api.origin);
  const answers = await Promise.all(['model-a', 'model-b'].map((model) => ask('/chat/completions', { model })));
  await Promise.all(answers.map((answer) => answer.text()));
  const one = { requests: 1, failed: 0, input: 70, output: 10, cacheRead: 0, cacheWrite: 0, cost: undefined };
  const usage = door.usage().sort((a, b) => a.model.localeCompare(b.model));
  expect(usage).toEqual(['model-a', 'model-b'].map((model) => ({ model, ...one })));
});

test('an event that is longer than what is kept of it does not hide the next', async () => {
  const api = await scriptedApi((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`data: {"image":"${'A'.repeat(9 * 2 ** 20)}","usage":{"prompt_tokens":1}}\n\n`);
    response.end(`data: ${JSON.stringify({ usage: GOOD.usage })}`);
  });
  const { door, ask } = await doorTo(api.origin);
  await (await ask()).text();
  expect(door.usage()).toMatchObject([{ input: 70, output: 10 }]);
});
