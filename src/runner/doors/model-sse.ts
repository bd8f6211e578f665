/** Longer events are skipped, in bytes. */
const LONGEST = 8 * 2 ** 20;

const LINE_FEED = 0x0a;
const DATA = Buffer.from('data:');
/**
 * Texts in events that report usage or errors. They begin with rare letters, which are found ten times as fast as a
 * quotation mark.
 */
const MARKS = ['usage', 'rror"'].map((text) => Buffer.from(text));
/** Matches these fields only with a value, since in many events they are null. */
const TELLING = /"usage\w*"\s*:\s*\{|"error"\s*:\s*["{]|"type"\s*:\s*"error"/;

/**
 * Reads the events of a stream of server-sent events that may tell of usage or errors. Each has its JSON on one line.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export class SseEvents {
  private rest: Buffer[] = [];
  private bytes = 0;
  private skipping = false;

  constructor(private readonly onEvent: (json: unknown) => void) {}

  take(chunk: Buffer): void {
    const end = chunk.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) this.lines(chunk.subarray(0, end));
    this.rest.push(chunk.subarray(end));
    this.bytes += chunk.length - end;
    if (this.bytes <= LONGEST) return;
    this.rest = [];
    this.bytes = 0;
    this.skipping = true;
  }

  /** Reads the last line, which may have no line feed. */
  end(): void {
    this.lines(Buffer.of(LINE_FEED));
  }

  /** @param part ends with a line feed */
  private lines(part: Buffer): void {
    const whole = this.skipping ? part.subarray(part.indexOf(LINE_FEED) + 1) : part;
    const lines = this.bytes === 0 ? whole : Buffer.concat([...this.rest, whole]);
    this.rest = [];
    this.bytes = 0;
    this.skipping = false;
    if (!MARKS.some((mark) => lines.includes(mark))) return;
    for (let start = 0; start < lines.length; ) {
      const end = lines.indexOf(LINE_FEED, start);
      this.line(lines.subarray(start, end));
      start = end + 1;
    }
  }

  private line(line: Buffer): void {
    if (!line.subarray(0, DATA.length).equals(DATA)) return;
    const text = line.toString('utf8', DATA.length);
    if (!TELLING.test(text)) return;
    try {
      this.onEvent(JSON.parse(text));
    } catch {
      // An incomplete event, or not JSON, so it has no usage.
    }
  }
}
