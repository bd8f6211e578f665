import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { errorPacket, packet, readAdvertisement } from '../../../src/runner/doors/pkt-line.js';

const CAPABILITIES = `${packet('version 2\n')}${packet('agent=git/2\n')}${packet('fetch=shallow filter\n')}0000`;

/** What is read from a server that sends these pieces, and what is left. */
async function read(...pieces: string[]) {
  const stream = new PassThrough();
  const found = readAdvertisement(stream);
  for (const piece of pieces) {
    stream.write(piece);
    await new Promise(setImmediate);
  }
  stream.end();
  const result = await found;
  return { found: result instanceof Buffer ? String(result) : result, rest: String(await buffer(stream)) };
}

test('the capabilities end at their flush packet, wherever the stream is broken', async () => {
  for (let at = 0; at < CAPABILITIES.length; at++) {
    const pieces = [CAPABILITIES.slice(0, at), `${CAPABILITIES.slice(at)}0008NAK\n`];
    expect(await read(...pieces)).toEqual({ found: CAPABILITIES, rest: '0008NAK\n' });
  }
});

test.each([
  ['an older version', packet(`${'a'.repeat(40)} HEAD\0multi_ack`)],
  ['no packets', 'Welcome to this host!\n'],
  ['an empty packet', '0004'],
  ['a flush packet alone', '0000'],
  ['capabilities without end', packet('version 2\n') + packet('x'.repeat(60_000)).repeat(2)],
])('a server that sends %s does not speak version 2', async (_, sent) => {
  expect(await read(sent)).toMatchObject({ found: 'not version 2' });
});

test('a server that ends before its flush packet has said nothing', async () => {
  expect(await read(CAPABILITIES.slice(0, -4))).toMatchObject({ found: undefined });
});

test('the length of a packet is that of its bytes', () => {
  expect(errorPacket('ä')).toBe('000aERR ä');
});
