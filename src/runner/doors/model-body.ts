import type { IncomingMessage } from 'node:http';
import { type Field, JsonFields } from './model-json.js';
import { Refusal } from './model-refusal.js';
import type { ModelDoorLimits } from './model-types.js';

/** The longest value of a field that the door reads, in bytes. */
const LONGEST = 4096;

/** Pieces below this size are joined, in bytes. */
const SMALL = 16 * 1024;
const BLOCK = 64 * 1024;

/** A request's body. It counts towards the limit until it is released. */
export interface Body {
  readonly chunks: readonly Buffer[];
  readonly bytes: number;
  /** Fields that choose the model, and background processing. */
  readonly fields: readonly Field[];
  readonly release: () => void;
}

/** APIs written in Go accept a field's name in any case. */
const NAMING = new Set(['model', 'models', 'fallbacks', 'background']);
const isNaming = (name: string): boolean => NAMING.has(name.toLowerCase());

/** Reads bodies, and limits the memory for all of them together. */
export class Bodies {
  private held = 0;

  constructor(private readonly limits: Pick<ModelDoorLimits, 'bodyBytes' | 'allBodyBytes'>) {}

  /** @throws Refusal if it is too large or not a JSON object */
  async read(request: IncomingMessage): Promise<Body> {
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity') throw new Refusal(415, `a body in ${encoding} cannot be read; send it as it is`);
    this.check(Number(request.headers['content-length'] ?? 0));
    const chunks: Buffer[] = [];
    // Small pieces are joined, since each buffer has an overhead.
    let block = Buffer.alloc(0);
    let used = 0;
    const endBlock = () => {
      if (used > 0) chunks.push(block.subarray(0, used));
      block = block.subarray(used);
      used = 0;
    };
    const keep = (chunk: Buffer) => {
      if (chunk.length < SMALL) {
        if (used + chunk.length > block.length) {
          endBlock();
          block = Buffer.allocUnsafe(BLOCK);
        }
        used += chunk.copy(block, used);
      } else {
        endBlock();
        chunks.push(chunk);
      }
    };
    const json = new JsonFields(isNaming, LONGEST);
    let bytes = 0;
    const release = () => {
      this.held -= bytes;
      bytes = 0;
    };
    try {
      for await (const chunk of request.iterator({ destroyOnReturn: false })) {
        this.check(bytes + chunk.length, chunk.length);
        bytes += chunk.length;
        this.held += chunk.length;
        keep(chunk);
        json.take(chunk);
      }
      endBlock();
      if (!json.isObject) throw new Refusal(400, 'the body is no JSON object');
    } catch (error) {
      release();
      // Reads the rest: otherwise the next request of the connection could not be read.
      request.resume();
      throw error;
    }
    return { chunks, bytes, fields: json.fields, release };
  }

  private check(bytes: number, more = bytes): void {
    const { bodyBytes, allBodyBytes } = this.limits;
    if (bytes > bodyBytes) throw new Refusal(413, `the body has more than ${bodyBytes} bytes, the most that passes`);
    if (this.held + more > allBodyBytes) {
      throw new Refusal(503, `the requests that wait for an answer have more than ${allBodyBytes} bytes together`);
    }
  }
}
