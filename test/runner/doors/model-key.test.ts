import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { covered, KeyFilter, keyPieces } from '../../../src/runner/doors/model-key.js';
import { KeyMask } from '../../../src/runner/doors/model-masked.js';
import { formsOf } from '../../../src/runner/secrets/forms.js';
import { doorTo, json, REAL_KEY, scriptedApi } from './scripted-api.js';

const ODD_KEY = 'tök"en/with\\odd+signs&in<it>and-more';
const isIn = (text: string, key: string, least: number): boolean =>
  Array.from({ length: key.length - least + 1 }, (_, at) => key.slice(at, at + least)).some((one) =>
    text.includes(one),
  );

/** Sends an answer in chunks, each of which arrives as one. */
async function streamed(chunks: readonly string[], key = REAL_KEY): Promise<string> {
  const filter = new KeyFilter(keyPieces(key, 16));
  return Buffer.concat([...chunks.map((chunk) => filter.pass(Buffer.from(chunk))), filter.end()]).toString();
}

describe('a key does not pass in an answer', () => {
  const HALF = REAL_KEY.slice(0, 30);
  test.each([
    ['as it is', REAL_KEY],
    ['in JSON', JSON.stringify({ echo: REAL_KEY })],
    ['in base64', Buffer.from(`Bearer ${REAL_KEY}`).toString('base64')],
    ['in the base64 of URLs', Buffer.from(`x${REAL_KEY}`).toString('base64url')],
    ['in hex', Buffer.from(REAL_KEY).toString('hex')],
    ['backwards', [...REAL_KEY].reverse().join('')],
    ['with an escape for each letter', [...REAL_KEY].map((one) => `\\u00${Buffer.from(one).toString('hex')}`).join('')],
    ['in a half', `it begins with ${HALF}, they say`],
    ['in halves', `${HALF} and ${REAL_KEY.slice(30)}`],
    ['in a piece of 16', `…${REAL_KEY.slice(11, 27)}…`],
    ['twice in a row', REAL_KEY + REAL_KEY],
  ])('%s', async (_, text) => {
    const api = await scriptedApi((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: ${text}\n\n`);
    });
    const { ask } = await doorTo(api.origin);
    const passed = await (await ask()).text();
    expect(passed).toContain('***');
    expect(passed).toMatch(/^data: .*\n\n$/s);
    for (const form of [REAL_KEY, ...formsOf(REAL_KEY), text]) {
      if (form.length >= 24) expect(passed).not.toContain(form.slice(0, 24));
    }
    expect(isIn(passed, REAL_KEY, 16)).toBe(false);
  });

  test('in a header', async () => {
    const api = await scriptedApi(
      (response) =>
        void json(
          response,
          200,
          {},
          {
            'x-request-id': `req-${REAL_KEY}`,
            'request-id': `req-${REAL_KEY.slice(-6)}`,
            'x-ratelimit-limit-tokens': '100',
            'anthropic-ratelimit-tokens-reset': '2026-01-01T00:00:00Z',
            'x-echo': REAL_KEY,
            'set-cookie': 'a=b',
            server: 'x',
          },
        ),
    );
    const { ask } = await doorTo(api.origin);
    const { headers } = await ask();
    expect(Object.fromEntries(headers)).toEqual({
      'content-type': 'application/json',
      'x-ratelimit-limit-tokens': '100',
      'anthropic-ratelimit-tokens-reset': '2026-01-01T00:00:00Z',
      connection: 'keep-alive',
      'keep-alive': expect.any(String),
      date: expect.any(String),
      'transfer-encoding': 'chunked',
    });
  });

  test('at its end, where its beginning could follow', () => {
    const filter = new KeyFilter(keyPieces('part-part-middle-of-a-key-part-part', 16));
    expect(filter.pass(Buffer.from('x part-part-middle-of-a-key-part-part')).toString()).toBe('x ***');
    expect(filter.end().toString()).toBe('');
  });

  test.each([REAL_KEY, ODD_KEY, 'short-key'])('wherever it is cut: %s', async (key) => {
    const forms = [...new Set([key, JSON.stringify(key).slice(1, -1), ...formsOf(key)])].filter(
      ({ length }) => length >= 9,
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...forms),
        fc.string({ maxLength: 20 }),
        fc.string({ maxLength: 20 }),
        fc.array(fc.nat({ max: 200 }), { maxLength: 6 }),
        async (form, before, after, cuts) => {
          const text = before + form + after;
          const places = [0, ...cuts.map((cut) => cut % (text.length + 1)), text.length].sort((a, b) => a - b);
          const chunks = places.slice(1).map((end, index) => text.slice(places[index], end));
          const passed = await streamed(chunks, key);
          expect(passed).not.toContain(form);
          expect(isIn(passed, key, Math.min(16, key.length))).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('what is no key passes', () => {
  test('as it is, wherever it is cut', async () => {
    const alphabet = fc.constantFrom(...REAL_KEY.slice(0, 12), '\n', 'é', '***');
    const cut = fc.array(fc.array(alphabet, { maxLength: 14 }).map((letters) => letters.join('')));
    await fc.assert(
      fc.asyncProperty(cut, async (chunks) => {
        const text = chunks.join('');
        fc.pre(!isIn(text, REAL_KEY, 16));
        expect(await streamed(chunks)).toBe(text);
      }),
    );
  });

  test('at once, but for an end that may go on as the key', () => {
    const filter = new KeyFilter(keyPieces(REAL_KEY, 16));
    const pass = (text: string) => filter.pass(Buffer.from(text)).toString();
    expect(pass('data: a whole event\n\n')).toBe('data: a whole event\n\n');
    expect(pass('data: sk-p')).toBe('data: ');
    expect(pass('roof\n\n')).toBe('sk-proof\n\n');
    expect(pass('sk-proj-Qm7Vx2Lr')).toBe('');
    expect(filter.end().toString()).toBe('***');
  });

  test('to its end', async () => {
    const api = await scriptedApi((response) => void response.end('data: keys begin with sk-proj-'));
    const { ask } = await doorTo(api.origin);
    expect(await (await ask()).text()).toBe('data: keys begin with sk-proj-');
  });

  test('where there is no key, or none that is more than a word', async () => {
    expect(await streamed(['abc', ''], '')).toBe('abc');
    expect(await streamed(['key'], 'key')).toBe('key');
  });
});

test('pieces that overlap are covered as one', () => {
  const data = Buffer.from('0123456789');
  const pieces = [
    { from: 1, to: 5 },
    { from: 3, to: 6 },
    { from: 8, to: 9 },
  ];
  expect(covered(data, pieces).toString()).toBe('0***67***9');
  expect(covered(data, pieces, 2, 8).toString()).toBe('***67');
});

describe('of a key in an error, nothing that is shown of it stays', () => {
  const [first, last] = [REAL_KEY.slice(0, 8), REAL_KEY.slice(-4)];
  test.each([
    ['OpenAI’s mask', `Incorrect API key provided: ${first}${'*'.repeat(40)}${last}. You can find it`],
    ['dots', `invalid key ${first}...${last}`],
    ['one sign for many', `invalid key ${first}…${last}`],
    ['a beginning that is short', `invalid key ${REAL_KEY.slice(0, 4)}•••${last}`],
    ['its end alone', `the key ending in '${last}' is not valid`],
    ['its end alone, in other words', `no access for key (last four characters: "${last}")`],
    ['a piece', `found ${REAL_KEY.slice(20, 26)} in it`],
    ['all of it', `Authorization: Bearer ${REAL_KEY}`],
    ['all of it, with colours within', `${REAL_KEY.slice(0, 20)}\u001b[31m${REAL_KEY.slice(20)}`],
  ])('%s', (_, text) => {
    const masked = new KeyMask(REAL_KEY).without(text);
    expect(isIn(masked, REAL_KEY, 6)).toBe(false);
    expect(masked).not.toContain(last);
    expect(masked).not.toContain('sk-p');
    expect(masked).toContain('***');
  });

  test.each([
    'Please ask your administrator... try later',
    'the task... ended in time',
    'See https://platform.openai.com/account/rate-limits *** now ***',
  ])('a text without any of it stays: %s', (text) => {
    expect(new KeyMask(REAL_KEY).without(text)).toBe(text);
    expect(new KeyMask('').without(text)).toBe(text);
  });

  test('also where JSON has escapes that it does not need', async () => {
    const escaped = [...REAL_KEY].map((one, at) => (at % 3 ? one : `\\u00${Buffer.from(one).toString('hex')}`));
    const api = await scriptedApi(
      (response) => void json(response, 401, `{"error":{"message":"no ${escaped.join('')}"}}`),
    );
    const { told, ask } = await doorTo(api.origin);
    const text = await (await ask()).text();
    expect(JSON.parse(text)).toEqual({ error: { message: 'no ***' } });
    expect(told[0]?.problem).toBe('HTTP 401: no ***');
  });
});
