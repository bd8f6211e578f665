import type { ServerResponse } from 'node:http';
import type { Tokens } from '../../../src/runner/doors/model-types.js';
import { message } from './event-stream.js';
import { json } from './scripted-api.js';

/** An answer of a provider's API. */
export interface Shape {
  readonly name: string;
  /** Below the API's URL. */
  readonly path: string;
  readonly body: unknown;
  readonly send: (response: ServerResponse) => void;
  readonly tokens: Tokens;
}

const events = (response: ServerResponse, all: readonly unknown[]) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const one of all) response.write(`data: ${typeof one === 'string' ? one : JSON.stringify(one)}\n\n`);
  response.end();
};

const messages = (response: ServerResponse, all: readonly (readonly [string, unknown])[]) => {
  response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
  // In pieces that end within the messages' lengths.
  const whole = Buffer.concat(all.map(([type, payload]) => message(type, payload)));
  for (let at = 0; at < whole.length; at += 7) response.write(whole.subarray(at, at + 7));
  response.end();
};

const chat = {
  prompt_tokens: 100,
  completion_tokens: 10,
  total_tokens: 110,
  prompt_tokens_details: { cached_tokens: 40 },
  completion_tokens_details: { reasoning_tokens: 4 },
};
const responses = { input_tokens: 100, output_tokens: 10, input_tokens_details: { cached_tokens: 40 } };
const google = (candidatesTokenCount: number) => ({
  promptTokenCount: 100,
  cachedContentTokenCount: 40,
  candidatesTokenCount,
  thoughtsTokenCount: 4,
});
const anthropic = { input_tokens: 60, cache_read_input_tokens: 40, cache_creation_input_tokens: 7, output_tokens: 1 };
const anthropicEvents = [
  { type: 'message_start', message: { usage: anthropic } },
  { type: 'content_block_delta', delta: { text: 'the "usage" of words' } },
  // Some that speak this language report 0 for what they have reported before.
  { type: 'message_delta', usage: { input_tokens: 0, output_tokens: 10 } },
];
const converse = { inputTokens: 60, outputTokens: 10, cacheReadInputTokens: 40, cacheWriteInputTokens: 7 };

const INCLUSIVE = { input: 60, output: 10, cacheRead: 40, cacheWrite: 0 };
const WITH_WRITTEN = { input: 60, output: 10, cacheRead: 40, cacheWrite: 7 };
const body = { model: 'model-a' };

export const SHAPES: readonly Shape[] = [
  {
    name: 'a stream of OpenAI’s chat completions',
    path: '/chat/completions',
    body,
    send: (response) => events(response, [{ choices: [{}], usage: null }, { choices: [], usage: chat }, '[DONE]']),
    tokens: INCLUSIVE,
  },
  {
    name: 'OpenAI’s chat completion',
    path: '/chat/completions',
    body,
    send: (response) => json(response, 200, { choices: [{ message: { content: '{"usage":1}' } }], usage: chat }),
    tokens: INCLUSIVE,
  },
  {
    name: 'a chat completion of xAI, whose reasoning is not part of the completion',
    path: '/chat/completions',
    body,
    send: (response) => json(response, 200, { usage: { ...chat, completion_tokens: 6 } }),
    tokens: INCLUSIVE,
  },
  {
    name: 'a stream of Groq’s',
    path: '/chat/completions',
    body,
    send: (response) => events(response, [{ choices: [{}], x_groq: { usage: chat } }]),
    tokens: INCLUSIVE,
  },
  {
    name: 'a stream of OpenAI’s responses',
    path: '/responses',
    body,
    send: (response) =>
      events(response, [
        { type: 'response.created', response: { usage: null, error: null } },
        { type: 'response.completed', response: { usage: responses, error: null } },
      ]),
    tokens: INCLUSIVE,
  },
  {
    name: 'OpenAI’s response',
    path: '/responses',
    body,
    send: (response) => json(response, 200, { error: null, output: [{}], usage: responses }),
    tokens: INCLUSIVE,
  },
  {
    name: 'a stream of Anthropic’s messages',
    path: '/messages',
    body,
    send: (response) => events(response, anthropicEvents),
    tokens: WITH_WRITTEN,
  },
  {
    name: 'Anthropic’s message',
    path: '/messages',
    body,
    send: (response) => json(response, 200, { content: [], usage: { ...anthropic, output_tokens: 10 } }),
    tokens: WITH_WRITTEN,
  },
  {
    name: 'a stream of Google’s',
    path: '/models/model-a:streamGenerateContent?alt=sse',
    body: {},
    send: (response) => events(response, [{ usageMetadata: google(2) }, { usageMetadata: google(6) }]),
    tokens: INCLUSIVE,
  },
  {
    name: 'a stream of Google’s as an array',
    path: '/models/model-a:streamGenerateContent',
    body: {},
    send: (response) => json(response, 200, [{ usageMetadata: google(2) }, { usageMetadata: google(6) }]),
    tokens: INCLUSIVE,
  },
  {
    name: 'Google’s answer',
    path: '/models/model-a:generateContent',
    body: {},
    send: (response) => json(response, 200, { usageMetadata: google(6) }),
    tokens: INCLUSIVE,
  },
  {
    name: 'a stream of Bedrock’s converse',
    path: '/model/model-a/converse-stream',
    body: {},
    send: (response) =>
      messages(response, [
        ['contentBlockDelta', { delta: { text: 'hi' } }],
        ['metadata', { usage: converse }],
      ]),
    tokens: WITH_WRITTEN,
  },
  {
    name: 'Bedrock’s converse',
    path: '/model/model-a/converse',
    body: {},
    send: (response) => json(response, 200, { output: {}, usage: converse }),
    tokens: WITH_WRITTEN,
  },
  {
    name: 'a stream of Bedrock’s invoke',
    path: '/model/model-a/invoke-with-response-stream',
    body: {},
    send: (response) =>
      messages(
        response,
        anthropicEvents.map((one) => ['chunk', { bytes: Buffer.from(JSON.stringify(one)).toString('base64') }]),
      ),
    tokens: WITH_WRITTEN,
  },
  {
    name: 'Bedrock’s invoke of a model that reports nothing itself',
    path: '/model/model-a/invoke',
    body: {},
    send: (response) =>
      json(
        response,
        200,
        { text: 'hi' },
        {
          'x-amzn-bedrock-input-token-count': '60',
          'x-amzn-bedrock-output-token-count': '10',
          'x-amzn-bedrock-cache-read-input-token-count': '40',
          'x-amzn-bedrock-cache-write-input-token-count': '7',
        },
      ),
    tokens: WITH_WRITTEN,
  },
];
