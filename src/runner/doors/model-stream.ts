import type { IncomingMessage, ServerResponse } from 'node:http';
import { KeyFilter } from './model-key.js';
import type { Pieces } from './model-pieces.js';
import { seconds } from './model-problem.js';
import { silent, Unreached } from './model-unreached.js';
import type { Upstream } from './model-upstream.js';
import type { UsageReader } from './model-usage.js';

/** If a caller leaves after this much silence, in milliseconds, the silence is the reason. */
const SILENCE = 10_000;

/**
 * Passes an answer on as it arrives, without the key, no faster than the caller reads. The caller's response stays
 * open.
 * @returns why it broke off; '' if it ended normally, or if the caller left
 */
export async function passOn(
  answer: IncomingMessage,
  response: ServerResponse,
  usage: UsageReader,
  pieces: Pieces,
  { host, limits }: Pick<Upstream, 'host' | 'limits'>,
): Promise<string> {
  const filter = new KeyFilter(pieces);
  let last = Date.now();
  const timer = setTimeout(() => {
    answer.destroy(silent(host, limits.silence));
    // A caller that does not read is cut off too.
    if (response.writableNeedDrain) response.destroy();
  }, limits.silence);
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      last = Date.now();
      timer.refresh();
      usage.take(chunk);
      await write(response, filter.pass(chunk));
    }
    await write(response, filter.end());
    return '';
  } catch (error) {
    if (error instanceof Unreached) return `the answer broke off: ${error.message}`;
    const silence = Date.now() - last;
    if (response.destroyed) return silence < SILENCE ? '' : `the caller left after ${seconds(silence)} without a byte`;
    return `the answer broke off: ${host} closed the connection (${(error as NodeJS.ErrnoException).code})`;
  } finally {
    clearTimeout(timer);
    usage.end();
  }
}

/** Writes data, and waits until the caller can take more. */
async function write(response: ServerResponse, data: Buffer): Promise<void> {
  if (data.length === 0 || response.destroyed || response.write(data)) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
  });
}
