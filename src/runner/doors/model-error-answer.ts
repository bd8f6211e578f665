import type { IncomingMessage, ServerResponse } from 'node:http';
import { responseHeaders } from './model-headers.js';
import type { KeyMask } from './model-masked.js';
import { type Outcome, replaced } from './model-outcome.js';
import { problemOf, seconds } from './model-problem.js';
import { neverRetried } from './model-refusal.js';
import type { UsageReader } from './model-usage.js';
import { askedWait } from './model-wait.js';

/** The longest error body that is passed on, in bytes. */
const BYTES = 64 * 2 ** 10;

/**
 * Passes an error answer on without the key. If the API asks for a longer wait than the run has time, the caller gets
 * an error that it does not retry.
 * @param silence the longest silence before the rest of the answer, in milliseconds
 */
export async function errorAnswer(
  answer: IncomingMessage,
  response: ServerResponse,
  usage: UsageReader,
  mask: KeyMask,
  silence: number,
  timeLeft: () => number,
): Promise<Outcome> {
  const { statusCode: status = 0, headers } = answer;
  const text = mask.without(canonical(await beginningOf(answer, usage, silence)));
  const wait = askedWait(headers);
  const problem = mask.without(problemOf(status, text, wait));
  const { tokens } = usage;
  const time = timeLeft();
  if (wait !== undefined && wait > time) {
    const hopeless = `${problem}, and the run has ${seconds(Math.max(0, time))} left`;
    return replaced(response, 402, neverRetried(hopeless), { status, tokens, problem, hopeless });
  }
  const finish = () => {
    response.writeHead(
      status,
      responseHeaders(headers, (value) => mask.isIn(value)),
    );
    response.end(text);
  };
  return { status, tokens, problem, finish };
}

async function beginningOf(answer: IncomingMessage, usage: UsageReader, silence: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const timer = setTimeout(() => answer.destroy(), silence);
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      timer.refresh();
      usage.take(chunk);
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > BYTES) break;
    }
  } catch {
    // The text so far is more useful than the broken connection.
  } finally {
    clearTimeout(timer);
    usage.end();
  }
  return Buffer.concat(chunks).subarray(0, BYTES).toString();
}

/** Rewrites JSON with only the necessary escapes. Other escapes could hide a key. */
function canonical(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}
