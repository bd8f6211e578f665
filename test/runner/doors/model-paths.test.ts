import { describe, expect, test } from '@jest/globals';
import { askRaw, doorTo, GOOD, json, refusal, scriptedApi, sendRaw } from './scripted-api.js';

const ARN = 'arn:aws:bedrock:eu-central-1:1:inference-profile/eu.claude:0';
const names = ['model-a', 'org/model b', ARN, 'eu.anthropic.claude-v1:0'];

async function open() {
  const api = await scriptedApi((response) => void json(response, 200, GOOD));
  const opened = await doorTo(`${api.origin}/base/v1/`, { settings: { names } });
  return { ...opened, seen: api.seen };
}

describe('requests that let a model write pass', () => {
  test.each([
    ['/chat/completions', 'model-a'],
    ['/completions', 'org/model b'],
    ['/responses?api-version=preview&x=%2F', 'model-a'],
    ['/openai/v1/responses', 'model-a'],
    ['/openai/v1/chat/completions', 'model-a'],
    ['/messages', 'model-a'],
    ['/messages/count_tokens', 'model-a'],
    ['/models/model-a:generateContent', undefined],
    ['/models/model-a:streamGenerateContent?alt=sse', undefined],
    ['/models/model%2Da:countTokens', 'models/model-a'],
    ['/openai/deployments/model-a/chat/completions?api-version=2024-10-21', undefined],
    ['/deployments/model-a/responses', 'model-a'],
    ['/model/eu.anthropic.claude-v1%3A0/converse', undefined],
    ['/model/eu.anthropic.claude-v1:0/converse-stream', undefined],
    [`/model/${encodeURIComponent(ARN)}/invoke`, undefined],
    ['/model/org%2Fmodel%20b/invoke-with-response-stream', undefined],
  ])('%s', async (path, model) => {
    const { door, seen } = await open();
    const body = JSON.stringify({ ...(model && { model }), messages: ['x'] });
    const answer = await askRaw(door, `/base/v1${path}`, { body });
    expect(answer.status).toBe(200);
    expect(seen).toMatchObject([{ method: 'POST', url: `/base/v1${path}`, body }]);
  });
});

describe('everything else does not', () => {
  test.each([
    ['GET', '/base/v1/models'],
    ['GET', '/base/v1/chat/completions'],
    ['DELETE', '/base/v1/chat/completions'],
    ['OPTIONS', '/base/v1/chat/completions'],
    ['POST', '/base/v1/files'],
    ['POST', '/base/v1/batches'],
    ['POST', '/base/v1/embeddings'],
    ['POST', '/base/v1/messages/batches'],
    ['POST', '/base/v1/models/model-a:batchGenerateContent'],
    ['POST', '/base/v1/model/model-a/async-invoke'],
    ['POST', '/v1/chat/completions'],
    ['POST', '/base/v1chat/completions'],
    ['POST', '/base/v1'],
    ['POST', '/'],
    ['POST', '*'],
    ['POST', '/base/v1/chat/completions/'],
    ['POST', '/base/v1/chat//completions'],
    ['POST', '//base/v1/chat/completions'],
    ['POST', '/base/v1/../v1/chat/completions'],
    ['POST', '/base/v1/./chat/completions'],
    ['POST', '/base/v1/files/../chat/completions'],
    ['POST', '/base/v1/chat/completions/..'],
    ['POST', '/base/v1/%2e%2e/v1/chat/completions'],
    ['POST', '/base/v1/chat%2fcompletions'],
    ['POST', '/base/v1/chat%5Ccompletions'],
    ['POST', '/base/v1/chat/completions%00'],
    ['POST', '/base/v1/chat/completions;x=1'],
    ['POST', '/base/v1/chat/completions#x'],
    ['POST', '/base/v1/model/%ff/converse'],
    ['POST', 'http://other.example/base/v1/chat/completions'],
    ['POST', 'http://127.0.0.1/base/v1/chat/completions'],
  ])('%s %s', async (method, path) => {
    const { door, told, seen } = await open();
    const answer = await askRaw(door, path, { method });
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body)).toEqual({
      error: { message: expect.stringMatching(/does not pass: only requests/), type: 'agent_runner' },
    });
    expect(told).toMatchObject([{ status: 403, model: '', problem: expect.stringContaining(path) }]);
    expect([seen, door.usage()]).toEqual([[], []]);
  });

  test.each([true, 'yes', 1])('what is answered in the background: %j', async (background) => {
    const { door, seen } = await open();
    const body = JSON.stringify({ model: 'model-a', background });
    const answer = await askRaw(door, '/base/v1/responses', { body });
    expect([answer.status, answer.body]).toEqual([403, expect.stringContaining('in the background does not pass')]);
    expect(seen).toEqual([]);
    const plain = JSON.stringify({ model: 'model-a', background: false });
    expect((await askRaw(door, '/base/v1/responses', { body: plain })).status).toBe(200);
  });
  test('a tunnel', async () => {
    const { door, told } = await open();
    const answer = await sendRaw(door, 'CONNECT api.example.com:443 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n[\s\S]*"type":"agent_runner"/);
    expect(told).toMatchObject([{ status: 403, problem: expect.stringContaining('CONNECT api.example.com:443') }]);
  });

  test('another protocol', async () => {
    const { door, seen } = await open();
    const headers = { connection: 'Upgrade', upgrade: 'websocket' };
    expect(await askRaw(door, '/base/v1/responses', { headers })).toMatchObject({ status: 403 });
    expect(seen).toEqual([]);
  });

  test('what is no HTTP, and the door stays open', async () => {
    const { door, ask } = await open();
    expect(await sendRaw(door, 'hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await sendRaw(door, `POST / HTTP/1.1\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await sendRaw(door, '\0\u0016\u0003\u0001')).toMatch(/^HTTP\/1\.1 400 /);
    expect((await ask()).status).toBe(200);
  });
});

describe('a model that is not the environment’s is refused', () => {
  test.each([
    ['in the body', '/chat/completions', { model: 'gpt-x' }],
    ['in another case', '/chat/completions', { model: 'Model-A' }],
    ['as a resource where the API has none', '/chat/completions', { model: 'models/model-a' }],
    ['among the models to fall back to', '/chat/completions', { model: 'model-a', models: ['model-a', 'gpt-x'] }],
    ['as an object to fall back to', '/chat/completions', { model: 'model-a', fallbacks: [{ model: 'gpt-x' }] }],
    ['in Google’s path', '/models/gpt-x:generateContent', {}],
    ['in Google’s body', '/models/model-a:generateContent', { model: 'models/gpt-x' }],
    ['in Azure’s path', '/openai/deployments/gpt-x/chat/completions', { model: 'model-a' }],
    ['in the body to Azure', '/openai/deployments/model-a/chat/completions', { model: 'gpt-x' }],
    ['in Bedrock’s path', '/model/gpt-x/converse', {}],
    ['with escapes in Bedrock’s path', '/model/model-a%2F..%2Fgpt-x/converse', {}],
    ['escaped twice', '/model/model%252Da/converse', {}],
  ])('%s', async (_, path, body) => {
    const { told, seen, ask } = await open();
    const words = await refusal(await ask(path, body));
    expect(words).toContain('403 agent_runner: this run may not ask for the model "');
    expect(words).toContain(`it may ask for ${names.join(', ')}`);
    expect(seen).toEqual([]);
    expect(told).toMatchObject([{ status: 403, model: expect.stringMatching(/./) }]);
  });

  test.each([
    ['no model', '{"messages":[]}', 'the body names no model'],
    ['a model that is no text', '{"model":["model-a"]}', 'the body names no model'],
    ['two models', '{"model":"model-a","model":"gpt-x"}', 'the body names its model twice'],
    ['two models, one in other letters', '{"model":"model-a","Model":"gpt-x"}', 'the body names its model twice'],
    ['two models, one with escapes', '{"mod\\u0065l":"gpt-x","model":"model-a"}', 'the body names its model twice'],
    ['two objects', '{"model":"model-a"}{"model":"gpt-x"}', 'the body is no JSON object'],
    ['an array', '[{"model":"model-a"}]', 'the body is no JSON object'],
    ['half an object', '{"model":"model-a"', 'the body is no JSON object'],
    [
      'another encoding',
      Buffer.from('{"model":"model-a"}', 'utf16le').toString('latin1'),
      'the body is no JSON object',
    ],
    ['a comment', '{/*"*/"model":"model-a"}', 'the body is no JSON object'],
    ['nothing', '', 'the body is no JSON object'],
  ])('so is %s', async (_, body, words) => {
    const { seen, ask } = await open();
    expect(await refusal(await ask('/chat/completions', body))).toBe(`400 agent_runner: ${words}`);
    expect(seen).toEqual([]);
  });
});
