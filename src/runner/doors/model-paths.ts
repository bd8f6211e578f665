/** The format in which an API names models and reports tokens. */
export type Api = 'chat' | 'responses' | 'messages' | 'google' | 'converse' | 'invoke';

/** An endpoint whose requests may pass. */
export interface Endpoint {
  readonly api: Api;
  /** The model in the path, in each spelling that settings may use. Empty if the body names it. */
  readonly model: readonly string[];
}

/** Endpoints whose body names the model. Azure has some of them below `openai/v1`, DeepInfra below `openai`. */
const BY_BODY: readonly (readonly [path: RegExp, api: Api])[] = [
  [/^\/(?:openai\/)?(?:v1\/)?(?:chat\/)?completions$/, 'chat'],
  [/^\/(?:openai\/)?(?:v1\/)?responses$/, 'responses'],
  [/^\/(?:anthropic\/)?(?:v1\/)?messages(?:\/count_tokens)?$/, 'messages'],
];

/**
 * Endpoints whose path names the model.
 * @see https://learn.microsoft.com/en-us/azure/ai-foundry/openai/reference
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock_Runtime.html
 * @see https://ai.google.dev/api/generate-content
 */
const BY_PATH: readonly (readonly [path: RegExp, api: Api])[] = [
  [/^\/(?:openai\/)?deployments\/([^/]+)\/(?:chat\/)?completions$/, 'chat'],
  [/^\/(?:openai\/)?deployments\/([^/]+)\/responses$/, 'responses'],
  [/^\/model\/([^/]+)\/converse(?:-stream)?$/, 'converse'],
  [/^\/model\/([^/]+)\/invoke(?:-with-response-stream)?$/, 'invoke'],
  [/^\/models\/([^/:]+):(?:generateContent|streamGenerateContent|countTokens)$/, 'google'],
  [/^\/(tunedModels\/[^/:]+):(?:generateContent|streamGenerateContent|countTokens)$/, 'google'],
];

/**
 * The endpoint of a path below the API's base path. Undefined for everything but generation. Only these patterns pass:
 * an extra escape, dot or slash matches none of them. Only the name of a model may contain escapes.
 * @param path as in the request, without the query
 * @param base base path of the API
 */
export function endpointOf(path: string, base: string): Endpoint | undefined {
  if (!path.startsWith(`${base}/`)) return undefined;
  const below = path.slice(base.length);
  for (const [pattern, api] of BY_BODY) if (pattern.test(below)) return { api, model: [] };
  for (const [pattern, api] of BY_PATH) {
    const segment = pattern.exec(below)?.[1];
    const model = segment && decoded(segment);
    if (model) return { api, model: api === 'google' ? [model, `models/${model}`] : [model] };
  }
  return undefined;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
