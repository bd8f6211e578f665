import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Bundle, formatBundle, parseBundle } from '../../src/run/bundle.js';

const LINE = 6000;
const bundle = (bytes: Buffer, commit = 'a'): Bundle => ({
  branch: 'specs/001-login-t001',
  commit: commit.repeat(40),
  start: 'b'.repeat(40),
  bytes,
});
const filled = (length: number) => Buffer.alloc(length, 'bundle');

type Format = (line: string) => string;
const text: Format = (line) => `bundle   | ${line}`;
const json: Format = (line) => JSON.stringify({ time: '2026-01-01T00:00:00.000Z', step: 'bundle', message: line });
const FORMATS = [
  ['text', text],
  ['JSON', json],
] as const;

/** A whole log: the bundle's lines among others. */
const logOf = (lines: readonly string[], format: Format): string =>
  [
    'clone    | https://git.example/owner/name main (0123456789ab)',
    ...lines.map(format),
    'result   | push-rejected: no',
    '{"outcome":"push-rejected"}',
    '',
  ].join('\n');

describe.each(FORMATS)('a bundle in a log of %s', (_, format) => {
  test.each([1, LINE - 1, LINE, LINE + 1, 2 * LINE, 2 * LINE + 1, 100_000])('of %i bytes is read back', (length) => {
    const written = bundle(filled(length));
    expect(parseBundle(logOf(formatBundle(written), format))).toEqual(written);
  });

  test('of any bytes is read back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 3 * LINE }), (bytes) => {
        const written = bundle(Buffer.from(bytes));
        expect(parseBundle(logOf(formatBundle(written), format))).toEqual(written);
      }),
    );
  });

  test('is the last one of several', () => {
    const lines = [...formatBundle(bundle(filled(9000))), ...formatBundle(bundle(filled(7000), 'c'))];
    expect(parseBundle(logOf(lines, format))).toEqual(bundle(filled(7000), 'c'));
  });

  test.each([
    ['its first line', 1],
    ['a line in the middle', 2],
    ['its last line', 3],
  ])('is refused without %s', (_name, line) => {
    const lines = formatBundle(bundle(filled(2 * LINE + 1)));
    expect(() => parseBundle(logOf(lines.toSpliced(line, 1), format))).toThrow(/missing|not whole/);
  });

  test('is refused when one byte of it is another', () => {
    const lines = formatBundle(bundle(filled(LINE)));
    const changed = lines.map((line) => (line.startsWith('1 ') ? line.replace(/^1 Y/, '1 Z') : line));
    expect(changed).not.toEqual(lines);
    expect(() => parseBundle(logOf(changed, format))).toThrow('not whole');
  });

  test('is refused, and not taken for none, when its begin was rotated away', () => {
    const lines = formatBundle(bundle(filled(3 * LINE))).slice(2);
    expect(() => parseBundle(logOf(lines, format))).toThrow('rotated');
  });

  test('is refused when the log ends within it', () => {
    const lines = formatBundle(bundle(filled(3 * LINE))).slice(0, 3);
    expect(() => parseBundle(lines.map(format).join('\n'))).toThrow('not whole');
  });

  test('has no line that Kubernetes would split', () => {
    for (const line of formatBundle(bundle(filled(100_000))).map(format)) expect(line.length).toBeLessThan(16 * 1024);
  });
});

// They become arguments of the user's own git.
test.each([
  ['a start that is an option', { start: '--upload-pack=id' }],
  ['a start that is a refspec', { start: '+refs/heads/*:refs/heads/*' }],
  ['a commit that is none', { commit: 'HEAD' }],
  ['a branch that is a refspec', { branch: 'x:refs/heads/main' }],
  ['a branch that is a pattern', { branch: '*' }],
])('a bundle is refused with %s', (_, forged) => {
  const lines = formatBundle({ ...bundle(filled(9)), ...forged });
  expect(() => parseBundle(logOf(lines, text))).toThrow();
});

test.each([
  ['is empty', ''],
  ['has other lines alone', 'clone    | x\n{"step":"task","message":"begin"}\n{"outcome":"delivered"}\n'],
  ['quotes one in what the agent said', 'opencode | bundle   | begin x y z 1 1 0\n'],
  ['has lines that are no JSON', '{"step":"bundle"\n{\n'],
  ['has a step without a text', '{"step":"bundle","message":7}\n'],
])('there is no bundle in a log that %s', (_, log) => {
  expect(parseBundle(log)).toBeUndefined();
});
