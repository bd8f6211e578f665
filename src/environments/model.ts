import { z } from 'zod';
import { modelCredential } from './credentials.js';
import { text } from './fields.js';

export const model = z
  .strictObject({
    provider: z
      .string()
      .regex(/^[a-z0-9][\w.-]*$/, 'is not the name of a provider, like anthropic')
      .default('anthropic')
      .describe('Provider of the model, as OpenCode names it; the only one that is enabled.'),
    name: z
      .string()
      .regex(/^[^\s"\\]+$/, 'is not the name of a model')
      .default('claude-sonnet-4-5')
      .describe('Model of the agent, as the provider names it.'),
    smallName: text.default('').describe('Model for titles and summaries; empty: the same.'),
    baseURL: text.default('').describe("URL of the model's API; empty: the provider's own."),
    sdk: text
      .default('')
      .describe('npm name of the SDK for a provider that OpenCode does not know, like @ai-sdk/openai-compatible.'),
    credential: modelCredential,
  })
  .prefault({});
