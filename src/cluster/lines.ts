import { StringDecoder } from 'node:string_decoder';

/**
 * Reads the lines of a stream, no faster than the caller takes them. Text after the last line break is dropped when the
 * stream breaks. When the stream ends, it counts as a line only with `rest`. This does not use readline, which returns
 * a cut line as a whole one, waits forever when the stream is destroyed, splits at other characters too, and buffers
 * all lines that nobody has taken.
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
