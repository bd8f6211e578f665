import { objectOf } from './model-tokens.js';

/** Header name of an error message. */
const EXCEPTION = ':exception-type';
/** The longest valid message, in bytes. */
const LONGEST = 16 * 2 ** 20;
/** Texts in messages that may report usage or errors, or wrap such a report. */
const MARKS = ['"usage"', '"bytes"', EXCEPTION].map((text) => Buffer.from(text));
/** Sizes in bytes: of the lengths with their checksum, and of the checksum of the message. */
const PRELUDE = 12;
const CHECKSUM = 4;

/**
 * Reads the messages of Bedrock's binary event stream.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html
 */
export class EventStream {
  private rest: Buffer[] = [];
  private bytes = 0;
  private broken = false;

  constructor(private readonly onEvent: (json: unknown) => void) {}

  take(chunk: Buffer): void {
    if (this.broken) return;
    this.rest.push(chunk);
    this.bytes += chunk.length;
    if (this.bytes < this.needed()) return;
    let data = Buffer.concat(this.rest);
    for (let length = lengthOf(data); length <= data.length; length = lengthOf(data)) {
      if (length < PRELUDE + CHECKSUM || length > LONGEST) {
        this.broken = true;
        this.rest = [];
        return;
      }
      this.message(data.subarray(0, length));
      data = data.subarray(length);
    }
    this.rest = [data];
    this.bytes = data.length;
  }

  /** Length of the incomplete message. */
  private needed(): number {
    const [first] = this.rest;
    if (!first) return PRELUDE;
    if (first.length < CHECKSUM && this.rest.length > 1) this.rest = [Buffer.concat(this.rest)];
    return Math.min(lengthOf(this.rest[0] ?? first), LONGEST);
  }

  private message(message: Buffer): void {
    if (!MARKS.some((mark) => message.includes(mark))) return;
    const headers = message.readUInt32BE(4);
    const isException = message.toString('latin1', PRELUDE, PRELUDE + headers).includes(EXCEPTION);
    const text = message.toString('utf8', PRELUDE + headers, message.length - CHECKSUM);
    try {
      const json: unknown = JSON.parse(text);
      if (isException) this.onEvent({ error: json });
      else this.onEvent(inner(json));
    } catch {
      // Not JSON, so it has no usage.
    }
  }
}

/** With `invoke-with-response-stream`, an event contains an event in the format of the model's provider. */
function inner(json: unknown): unknown {
  const { bytes } = objectOf(json);
  return typeof bytes === 'string' ? JSON.parse(Buffer.from(bytes, 'base64').toString()) : json;
}

/** Length of the message at the beginning of the data. */
const lengthOf = (data: Buffer): number => (data.length < CHECKSUM ? PRELUDE : data.readUInt32BE(0));
