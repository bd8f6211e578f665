import type { Readable } from 'node:stream';

/** Ends a list of packets. */
export const FLUSH = '0000';

/** The number of digits of a packet's length. The length includes them. */
const DIGITS = 4;
/**
 * The longest capability advertisement, in bytes. A normal one has a few hundred bytes; more means another protocol.
 */
const LONGEST = 64 * 1024;

/**
 * Encodes a line of git's protocol.
 * @see https://git-scm.com/docs/protocol-common#_pkt_line_format
 */
export const packet = (text: string): string =>
  (Buffer.byteLength(text) + DIGITS).toString(16).padStart(DIGITS, '0') + text;

/** A packet that git shows as `fatal: remote error: TEXT`. */
export const errorPacket = (text: string): string => packet(`ERR ${text}`);

/**
 * Finds the capabilities of protocol version 2 at the beginning of the bytes.
 * @returns their length in bytes, with the flush packet; 'incomplete' if more bytes are needed
 */
export function advertisementIn(bytes: Buffer): number | 'not version 2' | 'incomplete' {
  for (let at = 0; at + DIGITS <= bytes.length; ) {
    const digits = bytes.toString('latin1', at, at + DIGITS);
    if (at > 0 && digits === FLUSH) return at + DIGITS;
    const size = /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : 0;
    if (size <= DIGITS || at + size > LONGEST) return 'not version 2';
    if (at + size > bytes.length) return 'incomplete';
    if (at === 0 && bytes.toString('latin1', DIGITS, size).trimEnd() !== 'version 2') return 'not version 2';
    at += size;
  }
  return 'incomplete';
}

/**
 * Reads the capabilities from the beginning of a stream, and leaves it paused after them.
 * @returns undefined if the stream ended too early
 */
export function readAdvertisement(stream: Readable): Promise<Buffer | 'not version 2' | undefined> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    const settle = (result: Buffer | 'not version 2' | undefined) => {
      stream.off('data', onData).off('end', onEnd).off('close', onEnd).pause();
      resolve(result);
    };
    const onEnd = () => settle(undefined);
    const onData = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      const length = advertisementIn(bytes);
      if (length === 'incomplete') return;
      settle(length === 'not version 2' ? length : bytes.subarray(0, length));
      if (typeof length === 'number' && bytes.length > length) stream.unshift(bytes.subarray(length));
    };
    stream.on('data', onData).on('end', onEnd).on('close', onEnd);
  });
}
