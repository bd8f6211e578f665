import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Body } from './model-body.js';
import { errorAnswer } from './model-error-answer.js';
import type { KeyGuard } from './model-guard.js';
import { responseHeaders } from './model-headers.js';
import { type Outcome, over, replaced } from './model-outcome.js';
import type { Api } from './model-paths.js';
import { seconds } from './model-problem.js';
import { passOn } from './model-stream.js';
import { estimate, sumOf } from './model-tokens.js';
import { unreached } from './model-unreached.js';
import type { Upstream, UpstreamRequest } from './model-upstream.js';
import { UsageReader } from './model-usage.js';

/** An admitted request. */
export interface Asked {
  readonly api: Api;
  readonly model: string;
  readonly request: Pick<UpstreamRequest, 'path' | 'headers'>;
  readonly body: Body;
  readonly guard: KeyGuard;
}

/** Sends a request to the API and passes the answer on, except for its end. */
export async function exchange(
  asked: Asked,
  response: ServerResponse,
  upstream: Upstream,
  timeLeft: () => number,
): Promise<Outcome> {
  const { body, request } = asked;
  const { bytes } = body;
  const start = Date.now();
  const left = new AbortController();
  response.once('close', () => left.abort());
  if (response.destroyed) left.abort();
  let answer: IncomingMessage;
  try {
    answer = await upstream.send({ ...request, chunks: body.chunks, bytes: body.bytes, signal: left.signal });
  } catch (error) {
    if (left.signal.aborted) {
      const words = `the caller left after ${seconds(Date.now() - start)} without an answer`;
      return { ...over(0, words), tokens: estimate(bytes, 0) };
    }
    const { status, message } = unreached(upstream.host, error);
    return replaced(response, status, message, { status: status === 504 ? 504 : 0 });
  } finally {
    body.release();
  }
  return (
    passable(answer, response, asked.guard, upstream) ??
    answered(answer, response, { ...asked, bytes }, upstream, timeLeft)
  );
}

/** The outcome of an answer that cannot be passed on; undefined if it can. */
function passable(
  answer: IncomingMessage,
  response: ServerResponse,
  { mask }: KeyGuard,
  { host, url }: Upstream,
): Outcome | undefined {
  const { statusCode: status = 0, headers } = answer;
  const { location, 'content-encoding': encoding = 'identity' } = headers;
  const isRedirect = status >= 300 && status < 400;
  if (!isRedirect && encoding === 'identity') return undefined;
  answer.destroy();
  const to = location === undefined ? '' : ` to ${originOf(location, url)}`;
  const words = isRedirect
    ? `HTTP ${status}: ${host} redirects${to}, which is not followed; model.baseURL has to be the URL that answers`
    : `HTTP ${status}: ${host} packs its answer although it was asked not to`;
  return replaced(response, 502, mask.without(words), { status });
}

async function answered(
  answer: IncomingMessage,
  response: ServerResponse,
  { api, guard, bytes }: Asked & { readonly bytes: number },
  upstream: Upstream,
  timeLeft: () => number,
): Promise<Outcome> {
  const { statusCode: status = 0, headers } = answer;
  const { mask, pieces } = guard;
  const usage = new UsageReader(api, headers);
  if (status >= 400) return errorAnswer(answer, response, usage, mask, upstream.limits.silence, timeLeft);
  response.writeHead(
    status,
    responseHeaders(headers, (text) => mask.isIn(text)),
  );
  response.flushHeaders();
  const broken = await passOn(answer, response, usage, pieces, upstream);
  const problem = broken || (usage.error && `HTTP ${status}: ${mask.without(usage.error)}`);
  const finish = () => (broken ? response.destroy() : response.end());
  // The API did not report usage, or its answer was cut off.
  const tokens = sumOf(usage.tokens) > 0 ? usage.tokens : estimate(bytes, usage.bytes);
  return { status, tokens, problem, finish };
}

function originOf(location: string, base: URL): string {
  try {
    return new URL(location, base).origin;
  } catch {
    return 'no URL';
  }
}
