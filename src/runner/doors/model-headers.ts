import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** Headers that contain only a credential. */
const CREDENTIALS = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key'];

/**
 * Headers that are not passed on: they concern one connection, the door sets them itself, or they would change the
 * request for the API.
 */
const DROPPED = new Set([
  ...['host', 'connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect', 'http2-settings'],
  ...['content-length', 'content-type', 'content-encoding', 'accept-encoding', 'range'],
  ...['cookie', 'cookie2', 'origin', 'referer', 'forwarded', 'via', 'x-real-ip', 'x-client-ip', 'true-client-ip'],
  ...['x-http-method', 'x-http-method-override', 'x-method-override', 'x-original-url', 'x-rewrite-url'],
]);
const DROPPED_KINDS = /^(?:proxy-|x-forwarded-|x-proxy-|sec-)/;

/** Names of the headers with the door's key. */
export const keyHeaders = (headers: IncomingHttpHeaders, doorKey: string): string[] =>
  Object.entries(headers)
    .filter(([, value]) => textOf(value).includes(doorKey))
    .map(([name]) => name);

/**
 * The headers for the API. The real key replaces the door's key in the usual headers for keys. It replaces the key in
 * other headers only if none of the usual ones has it.
 */
export function requestHeaders(headers: IncomingHttpHeaders, doorKey: string, realKey: string): OutgoingHttpHeaders {
  const all = keyHeaders(headers, doorKey);
  const usual = all.filter((name) => CREDENTIALS.includes(name));
  const carriers = usual.length > 0 ? usual : all;
  const connection = textOf(headers.connection)
    .toLowerCase()
    .split(/[\s,]+/);
  const result: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (DROPPED.has(name) || DROPPED_KINDS.test(name) || connection.includes(name)) continue;
    if (carriers.includes(name)) {
      if (realKey !== '') result[name] = textOf(value).replaceAll(doorKey, () => realKey);
    } else if (!all.includes(name) && !CREDENTIALS.includes(name)) {
      result[name] = value;
    }
  }
  // A compressed answer could not be searched for the key.
  return { ...result, 'content-type': 'application/json', 'accept-encoding': 'identity' };
}

const PASSED = new Set([
  ...['content-type', 'cache-control', 'date', 'retry-after', 'retry-after-ms', 'x-should-retry'],
  ...['x-request-id', 'request-id', 'x-amzn-requestid', 'apim-request-id', 'x-goog-request-id', 'cf-ray'],
  ...['openai-version', 'openai-processing-ms', 'openai-model', 'anthropic-version', 'x-ms-region'],
]);
const PASSED_KINDS = /^(?:x-ratelimit-|anthropic-ratelimit-|ratelimit|x-amzn-bedrock-)[a-z0-9-]*$/;
const PRINTABLE = /^[\x20-\x7e]{0,1000}$/;

/** The headers of an answer for the caller. */
export function responseHeaders(
  headers: IncomingHttpHeaders,
  holdsKey: (text: string) => boolean,
): Record<string, string> {
  const passed = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    (PASSED.has(name) || PASSED_KINDS.test(name)) && PRINTABLE.test(textOf(value)) && !holdsKey(textOf(value))
      ? [[name, textOf(value)]]
      : [],
  );
  return Object.fromEntries(passed);
}

const textOf = (value: string | string[] | undefined): string =>
  Array.isArray(value) ? value.join(', ') : (value ?? '');
