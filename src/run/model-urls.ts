/**
 * Base URLs of the providers' APIs, as in their SDKs, by OpenCode's name of the provider. Providers whose address
 * depends on an account, a region or a deployment are not in the list.
 */
export const MODEL_URLS: Readonly<Record<string, string>> = {
  anthropic: 'https://api.anthropic.com/v1',
  cerebras: 'https://api.cerebras.ai/v1',
  cohere: 'https://api.cohere.com/v2',
  deepseek: 'https://api.deepseek.com',
  google: 'https://generativelanguage.googleapis.com/v1beta',
  groq: 'https://api.groq.com/openai/v1',
  mistral: 'https://api.mistral.ai/v1',
  openai: 'https://api.openai.com/v1',
  openrouter: 'https://openrouter.ai/api/v1',
  togetherai: 'https://api.together.xyz/v1',
  xai: 'https://api.x.ai/v1',
};

/** The base URL of a provider's API, or '' if it is not known. */
export const ownModelUrl = (provider: string): string =>
  (Object.hasOwn(MODEL_URLS, provider) ? MODEL_URLS[provider] : undefined) ?? '';
