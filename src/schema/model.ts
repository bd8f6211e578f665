import { z } from 'zod';
import { MODEL_URLS } from '../run/model-urls.js';
import { modelCredential } from './credentials.js';
import { given, text } from './fields.js';

const MODEL_NAME = /^[^\s"\\]+$/;
const tokens = z.int('is not a whole number of tokens').positive('must be more than 0 tokens');
const price = z.number('is not a number').min(0, 'must be at least 0').max(1_000_000, 'must be at most 1000000');

const described = z.strictObject({
  name: z.string().regex(MODEL_NAME, 'is not the name of a model').describe('The model, as the provider names it.'),
  limit: z
    .strictObject({
      context: tokens.describe(
        'Most tokens that the model reads in one request. OpenCode shortens the conversation before it exceeds this.',
      ),
      output: tokens.describe('Most tokens of one answer.'),
    })
    .optional()
    .describe('Limits of the model. Required with model.sdk, since OpenCode then knows none.'),
  prices: z
    .strictObject({
      input: price.describe('Price of input tokens.'),
      output: price.describe('Price of output tokens.'),
      cacheRead: price.describe(
        'Price of input tokens that come from the cache. Without a cache, give the price of input.',
      ),
      cacheWrite: price.describe(
        'Price of input tokens that are written to the cache. Without a cache, give the price of input.',
      ),
    })
    .optional()
    .describe(
      'Prices in US dollars per million tokens. Required with task.budget.cost. Without them, a run ' +
        'reports the prices that OpenCode knows.',
    ),
  headers: z
    .record(given, z.string())
    .optional()
    .describe('Additional HTTP headers of each request. The agent can read them: put no secret here.'),
  options: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("Additional options of each request, as in OpenCode's own configuration of a model."),
});

export const model = z
  .strictObject({
    provider: z
      .string()
      .regex(/^[a-z0-9][\w.-]*$/, 'is not the name of a provider, like anthropic')
      .default('anthropic')
      .describe('Provider of the model, as OpenCode names it. No other provider is enabled.'),
    name: z
      .string()
      .regex(MODEL_NAME, 'is not the name of a model')
      .default('claude-sonnet-4-5')
      .describe('Model of the agent, as the provider names it.'),
    smallName: z
      .string()
      .regex(/^[^\s"\\]*$/, 'is not the name of a model')
      .default('')
      .describe('Model for titles and summaries. Empty: the same as name.'),
    baseURL: z
      .string()
      .regex(
        /^(https?:\/\/[^\s/?#@]+(\/[^\s/?#]+)*)?$/,
        'is not a URL like https://model.example/v1, without a slash at its end',
      )
      .default('')
      .describe(
        `URL of the model's API, as the provider's SDK takes it. Empty: the provider's own, which the runner ` +
          `knows for ${Object.keys(MODEL_URLS).join(', ')}.`,
      ),
    sdk: text
      .default('')
      .describe('npm package of the SDK for a provider that OpenCode does not know, like @ai-sdk/openai-compatible.'),
    models: z
      .array(described)
      .default([])
      .describe(
        'Models that OpenCode does not know, or knows with wrong limits or prices. A run may use any ' +
          'of them, besides name and smallName.',
      ),
    credential: modelCredential,
  })
  .prefault({});
