import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SecretSearch } from '../../src/runner/secrets/secret-search.js';

const SECRET = 'nine-näme\\s';
const batch = (files: readonly Buffer[]): Buffer =>
  Buffer.concat(
    files.flatMap((file, index) => [Buffer.from(`${index} blob ${file.length}\n`), file, Buffer.from('\n')]),
  );

/** Gives the output in chunks of a size. */
function foundIn(files: readonly (string | Buffer)[], size: number, secrets = [SECRET]): string[] {
  const search = new SecretSearch(secrets);
  const output = batch(files.map((file) => (typeof file === 'string' ? Buffer.from(file) : file)));
  for (let at = 0; at < output.length; at += size) search.take(output.subarray(at, at + size));
  expect(search.objects).toBe(files.length);
  return [...search.found];
}

describe('a secret in a file is found', () => {
  const halves = [SECRET.slice(0, 5), SECRET.slice(5)];
  test.each([
    ['as it is', SECRET],
    ['within other text', `a${SECRET}b`],
    ['after a backslash', `\\${SECRET}`],
    ['over two lines', halves.join('\n')],
    ['over two lines of Windows', halves.join('\r\n')],
    ['over indented lines', halves.join('\n    ')],
    ['over lines in JSON', halves.join('\\n')],
    ['with a letter in each line', [...SECRET].join('\n')],
  ])('%s', (_, text) => {
    for (const size of [1, 2, 3, 7, 1000]) {
      expect(foundIn(['good', text, '', 'good'], size)).toEqual(['1']);
    }
  });
  const [ONE, TWO] = ['world-git', '-password'];
  test.each([
    ['over literals', `"${ONE}" + "${TWO}"`],
    ['over comments', `# ${ONE}\n# ${TWO}\n`],
    ['over the items of a list', `- ${ONE}\n- ${TWO}\n`],
    ['over quotes of a shell', `wo'rl'd"-git"-password`],
    ['over tabs of JSON', `${ONE}\\t${TWO}`],
    ['with NUL between its letters', [...`${ONE}${TWO}`].join('\0')],
    ['with NUL between its letters in JSON', [...`${ONE}${TWO}`].join('\\u0000')],
  ])('%s', (_, text) => {
    for (const size of [1, 2, 3, 7, 1000]) {
      expect(foundIn(['good', text, '', 'good'], size, [`${ONE}${TWO}`])).toEqual(['1']);
    }
  });
  test.each([
    ['in UTF-16', Buffer.from(`x${SECRET}x`, 'utf16le')],
    ['in UTF-16 of the other order', Buffer.from(`x${SECRET}x`, 'utf16le').swap16()],
  ])('%s', (_, bytes) => {
    for (const size of [1, 2, 3, 7, 1000]) expect(foundIn(['good', bytes, 'good'], size)).toEqual(['1']);
  });
  test.each([
    ['as it is', `a/${SECRET}.txt`],
    ['broken over folders', 'a/world-git/-password'],
    ['at its end', 'a/world-git-password'],
  ])('in a name, %s', (_, name) => {
    const search = new SecretSearch([SECRET, 'world-git-password']);
    expect([search.isNamed('good'), search.isNamed(name), search.isNamed('good')]).toEqual([false, true, false]);
  });
  test('when it has lines itself', () => {
    expect(foundIn(['BEGIN\nKEY\nEND\n', 'BEGIN KEY END', 'BEGIN'], 4, ['BEGIN\nKEY\nEND'])).toEqual(['0', '1']);
  });
  test('wherever it is broken, and however the output comes', () => {
    // A backslash before it would make the line break of JSON out of its first letter.
    const around = fc.string().filter((text) => !text.includes('\\'));
    const place = fc.nat({ max: SECRET.length });
    fc.assert(
      fc.property(
        place,
        fc.constantFrom('', '\n', '\n\t ', '\\n'),
        around,
        fc.integer({ min: 1, max: 9 }),
        (...drawn) => {
          const [at, broken, beside, size] = drawn;
          expect(foundIn([`${beside}${SECRET.slice(0, at)}${broken}${SECRET.slice(at)}${beside}`], size)).toEqual([
            '0',
          ]);
        },
      ),
    );
  });
});

describe('nothing is found', () => {
  test('where a secret begins in one file and ends in the next', () => {
    expect(foundIn([SECRET.slice(0, 5), SECRET.slice(5)], 3)).toEqual([]);
  });
  test('of what is short enough to be a word', () => {
    expect(foundIn(['seven77'], 3, ['seven77'])).toEqual([]);
  });
  test('of what is short without the signs in it', () => {
    expect(foundIn(['a git hub xy'], 3, ['a-git-hub-xy'])).toEqual([]);
  });
  test('in an object that git does not have', () => {
    const search = new SecretSearch([SECRET]);
    search.take(Buffer.from(`${'1'.repeat(40)} missing\n`));
    expect(search.objects).toBe(0);
  });
});
