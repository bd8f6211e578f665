import { StringDecoder } from 'node:string_decoder';

/**
 * The lines of a stream, no faster than they are taken. What follows the last line break is a line when the stream ends,
 * and nothing when it breaks. Not readline: it gives what was cut for a line, waits for ever when the stream is destroyed,
 * takes other characters for line breaks, and keeps what is not taken in memory.
 */
export async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  rest += decoder.end();
  if (rest !== '') yield rest;
}
