import { crc32 } from './crc32.js';

/** A message of Bedrock's event stream. @see https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html */
export function message(type: string, payload: unknown, kind = 'event'): Buffer {
  const headers = Buffer.concat(
    [
      [`:${kind}-type`, type],
      [':content-type', 'application/json'],
      [':message-type', kind],
    ].map(([name = '', value = '']) =>
      Buffer.concat([
        Buffer.of(name.length),
        Buffer.from(name),
        Buffer.of(7, value.length >> 8, value.length & 255),
        Buffer.from(value),
      ]),
    ),
  );
  const body = Buffer.from(JSON.stringify(payload));
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(16 + headers.length + body.length, 0);
  lengths.writeUInt32BE(headers.length, 4);
  const start = Buffer.concat([lengths, crc32(lengths), headers, body]);
  return Buffer.concat([start, crc32(start)]);
}
