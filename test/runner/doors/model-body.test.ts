import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { expect, test } from '@jest/globals';
import { Bodies } from '../../../src/runner/doors/model-body.js';

test('a body that comes in pieces of one byte takes no more memory than one that comes whole', async () => {
  const text = JSON.stringify({ model: 'model-a', messages: ['x'.repeat(200_000)] });
  const request = Object.assign(new PassThrough(), { headers: {} });
  const body = new Bodies({ bodyBytes: 2 ** 20, allBodyBytes: 2 ** 20 }).read(request as unknown as IncomingMessage);
  for (const byte of Buffer.from(text)) if (!request.write(Buffer.of(byte))) await new Promise(setImmediate);
  request.end();
  const { chunks, bytes } = await body;
  expect(Buffer.concat(chunks).toString()).toBe(text);
  expect(bytes).toBe(text.length);
  expect(chunks.length).toBeLessThan(20);
});

test('large and small pieces stay in their order', async () => {
  const pieces = ['{"model":"model-a","x":"', 'y'.repeat(20_000), 'z', 'y'.repeat(70_000), 'a', 'b', '"}'];
  const request = Object.assign(new PassThrough(), { headers: {} });
  const body = new Bodies({ bodyBytes: 2 ** 20, allBodyBytes: 2 ** 20 }).read(request as unknown as IncomingMessage);
  for (const piece of pieces) request.write(piece);
  request.end();
  expect(Buffer.concat((await body).chunks).toString()).toBe(pieces.join(''));
});
