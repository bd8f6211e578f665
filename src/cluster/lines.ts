import { StringDecoder } from 'node:string_decoder';

/**
 * The lines of a stream, no faster than they are taken. What follows the last line break is nothing when the stream breaks,
 * and when it ends a line only if `rest` says so. Not readline: it gives what was cut for a line, waits for ever when the
 * stream is destroyed, takes other characters for line breaks, and keeps what is not taken in memory.
 */
export async function* linesOf(stream: AsyncIterable<Buffer>, rest: boolean): AsyncGenerator<string> {
  const decoder = new StringDecoder();
  let open = '';
  for await (const chunk of stream) {
    const lines = (open + decoder.write(chunk)).split('\n');
    open = lines.pop() ?? '';
    yield* lines;
  }
  open += decoder.end();
  if (rest && open !== '') yield open;
}
