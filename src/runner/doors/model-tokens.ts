import type { Api } from './model-paths.js';
import type { Tokens } from './model-types.js';

export const NO_TOKENS: Tokens = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

export const sumOf = ({ input, output, cacheRead, cacheWrite }: Tokens): number =>
  input + output + cacheRead + cacheWrite;

/** The approximate bytes of text per token. */
const BYTES = 4;
/** The approximate bytes of an answer per token. An answer also has field names and punctuation. */
const ANSWERED = 16;

/** Estimates the usage of a request whose answer reports none or broke off. The API has worked all the same. */
export const estimate = (asked: number, answered: number): Tokens => ({
  ...NO_TOKENS,
  input: Math.ceil(asked / BYTES),
  output: Math.ceil(answered / ANSWERED),
});

type Json = Readonly<Record<string, unknown>>;

/** A value as an object, or an empty one if it is not an object. */
export const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

const METRICS = 'amazon-bedrock-invocationMetrics';

/** Top-level fields of an answer with usage or an error. */
export const TELLING: ReadonlySet<string> = new Set(['usage', 'usageMetadata', 'error']);

/** The tokens that an answer or event reports, or undefined if it reports none. */
export function tokensOf(api: Api, answer: unknown): Tokens | undefined {
  const { usage, usageMetadata, response, message, x_groq, choices, [METRICS]: metrics } = objectOf(answer);
  const choice = Array.isArray(choices) ? choices[0] : undefined;
  const all = [
    ...[usage, usageMetadata, objectOf(response).usage, objectOf(message).usage],
    ...[objectOf(x_groq).usage, objectOf(choice).usage, metrics],
  ];
  const found = all.map(objectOf).find((one) => Object.keys(one).length > 0);
  return found && READ[api](found);
}

const READ: Readonly<Record<Api, (usage: Json) => Tokens>> = { chat, responses, messages, google, converse, invoke };

/**
 * OpenAI includes cached tokens in the prompt's.
 * @see https://platform.openai.com/docs/api-reference/chat/object
 */
function chat(usage: Json): Tokens {
  const prompt = objectOf(usage.prompt_tokens_details);
  const reasoning = first(objectOf(usage.completion_tokens_details).reasoning_tokens);
  const output = first(usage.completion_tokens);
  const all = first(usage.prompt_tokens);
  // xAI does not count reasoning in the completion, but in the total.
  const apart = first(usage.total_tokens) === all + output + reasoning;
  return within(
    all,
    output + (apart ? reasoning : 0),
    first(prompt.cached_tokens, usage.prompt_cache_hit_tokens, usage.cache_read_input_tokens),
    first(prompt.cache_write_tokens, usage.cache_creation_input_tokens),
  );
}

/** @see https://platform.openai.com/docs/api-reference/responses/object */
function responses(usage: Json): Tokens {
  const cached = first(objectOf(usage.input_tokens_details).cached_tokens);
  return within(first(usage.input_tokens), first(usage.output_tokens), cached, 0);
}

/**
 * Anthropic counts cached tokens separately from the input's.
 * @see https://docs.claude.com/en/docs/build-with-claude/prompt-caching#tracking-cache-performance
 */
function messages(usage: Json): Tokens {
  return {
    input: first(usage.input_tokens),
    output: first(usage.output_tokens),
    cacheRead: first(usage.cache_read_input_tokens),
    cacheWrite: first(usage.cache_creation_input_tokens),
  };
}

/**
 * Google includes cached tokens in the prompt's, and counts thoughts separately from the answer.
 * @see https://ai.google.dev/api/generate-content#UsageMetadata
 */
function google(usage: Json): Tokens {
  return within(
    first(usage.promptTokenCount) + first(usage.toolUsePromptTokenCount),
    first(usage.candidatesTokenCount) + first(usage.thoughtsTokenCount),
    first(usage.cachedContentTokenCount),
    0,
  );
}

/** @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html */
function converse(usage: Json): Tokens {
  return {
    input: first(usage.inputTokens),
    output: first(usage.outputTokens),
    cacheRead: first(usage.cacheReadInputTokens),
    cacheWrite: first(usage.cacheWriteInputTokens),
  };
}

/** Bedrock's `invoke` passes on the format of the model's provider. */
function invoke(usage: Json): Tokens {
  if ('inputTokens' in usage) return converse(usage);
  if (!('inputTokenCount' in usage)) return messages(usage);
  const { inputTokenCount, outputTokenCount, cacheReadInputTokenCount, cacheWriteInputTokenCount } = usage;
  return {
    input: first(inputTokenCount),
    output: first(outputTokenCount),
    cacheRead: first(cacheReadInputTokenCount),
    cacheWrite: first(cacheWriteInputTokenCount),
  };
}

/** Splits the tokens of a prompt that include cached ones. */
function within(prompt: number, output: number, cacheRead: number, cacheWrite: number): Tokens {
  return { input: Math.max(0, prompt - cacheRead - cacheWrite), output, cacheRead, cacheWrite };
}

/** The first of the values that is a number of tokens. */
const first = (...values: readonly unknown[]): number =>
  values.find((value): value is number => typeof value === 'number' && value >= 0 && value < Number.MAX_SAFE_INTEGER) ??
  0;

/** Combines the known tokens with a further report. Each report is cumulative. */
export function later(api: Api, known: Tokens, next: Tokens): Tokens {
  // Anthropic reports the input first and the output last. Some compatible APIs then report 0 for the earlier numbers.
  if (api !== 'messages' && api !== 'invoke') return sumOf(next) >= sumOf(known) ? next : known;
  return {
    input: Math.max(known.input, next.input),
    output: Math.max(known.output, next.output),
    cacheRead: Math.max(known.cacheRead, next.cacheRead),
    cacheWrite: Math.max(known.cacheWrite, next.cacheWrite),
  };
}
