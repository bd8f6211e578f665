import { describe, expect, test } from '@jest/globals';
import { Redactor } from '../../src/runner/secrets/redactor.js';

const SECRET = 'tök"en\\with/odd+signs';

const redactor = new Redactor();
redactor.hide([SECRET]);

const bytes = (text: string) => Buffer.from(text);

describe('a known secret is taken out', () => {
  test.each([
    ['as it is', SECRET],
    ['twice', `${SECRET}${SECRET}`],
    ['inside of JSON', JSON.stringify({ key: SECRET })],
    ['inside of a URL', `https://user:${encodeURIComponent(SECRET)}@git.example/`],
    ['in base64', bytes(SECRET).toString('base64')],
    ['in the header of Basic authorization', bytes(`x-access-token:${SECRET}`).toString('base64')],
    ['in base64 one byte later', bytes(`a${SECRET}b`).toString('base64')],
    ['in base64 two bytes later', bytes(`ab${SECRET}cd`).toString('base64')],
    ['in the base64 of URLs', bytes(SECRET).toString('base64url')],
  ])('%s', (_, text) => {
    const redacted = redactor.redact(text);
    expect(redacted).toContain('***');
    for (const read of [redacted, Buffer.from(redacted, 'base64').toString(), decodeURIComponent(redacted)]) {
      expect(read).not.toContain(SECRET);
    }
  });

  test.each([
    ['with signs that others write in another way, and short', 'p"ss\\w&rd', (text: string) => text],
    ['with signs, in JSON, and short', 'p"ss\\w&rd', (text: string) => JSON.stringify(text).slice(1, -1)],
    ['in the base64 of URLs, where that differs', '~~~???>>>~~~', (text: string) => bytes(text).toString('base64url')],
  ])('%s', (_, secret, written) => {
    const own = new Redactor();
    own.hide([secret]);
    expect(own.redact(`it is ${written(secret)} now`)).toBe('it is *** now');
  });

  const LONG = `World-git&"pass'word" <é>`;
  const percent = (text: string) => bytes(text).toString('hex').replace(/../g, '%$&');
  const number = (sign: string) => `&#${sign.codePointAt(0)};`;
  test.each([
    ['hex', bytes(LONG).toString('hex')],
    ['hex with capital letters', bytes(LONG).toString('hex').toUpperCase()],
    ['percent signs for every byte', percent(LONG)],
    ['percent signs for every byte, with capital letters', percent(LONG).toUpperCase()],
    ['percent signs for all but letters and digits', LONG.replace(/[^a-z]/giu, percent)],
    ['percent signs, in small letters', encodeURIComponent(LONG).replace(/%../g, (one) => one.toLowerCase())],
    ['the form of a page', new URLSearchParams({ a: LONG }).toString().slice(2)],
    ['HTML', "World-git&amp;&quot;pass'word&quot; &lt;é&gt;"],
    ['HTML with a number for the apostrophe', 'World-git&amp;&quot;pass&#39;word&quot; &lt;é&gt;'],
    ['HTML with a name for the apostrophe', 'World-git&amp;&quot;pass&apos;word&quot; &lt;é&gt;'],
    ['HTML with a hex number for the apostrophe', 'World-git&amp;&quot;pass&#x27;word&quot; &lt;é&gt;'],
    ['HTML with numbers for all but letters and digits', LONG.replace(/[^a-z]/giu, number)],
    ['HTML with numbers for all', [...LONG].map(number).join('')],
    ['HTML with hex numbers for all', [...LONG].map((sign) => `&#x${sign.codePointAt(0)?.toString(16)};`).join('')],
    ['reverse', [...LONG].reverse().join('')],
    ['the base64 of its base64', bytes(bytes(LONG).toString('base64')).toString('base64')],
    ['the base64 of its base64, within more', bytes(bytes(`a${LONG}`).toString('base64')).toString('base64')],
    ['capital letters', LONG.toUpperCase()],
    ['small letters', LONG.toLowerCase()],
  ])('in %s', (_, written) => {
    const own = new Redactor();
    own.hide([LONG]);
    expect(own.redact(`It is "x${written}x", is it?`)).toMatch(/^It is "x.{0,9}\*\*\*.{0,9}x", is it\?$/);
  });

  const [ONE, TWO] = ['world-git', '-password'];
  test.each([
    ['two literals', `"${ONE}" + "${TWO}"`],
    ['two literals without a sign between', `'${ONE}' '${TWO}'`],
    ['an array', `["${ONE}","${TWO}"]`],
    ['an array in JSON within JSON', JSON.stringify(JSON.stringify([ONE, TWO])).slice(1, -1)],
    ['literals of several lines', `'${ONE}' +\n  '${TWO}'`],
    ['comments of a shell', `# ${ONE}\n# ${TWO}`],
    ['comments of a program', `// ${ONE}\n// ${TWO}`],
    ['a long comment of a program', `/* ${ONE}\n * ${TWO} */`],
    ['the items of a list', `- ${ONE}\n- ${TWO}`],
    ['a quotation', `> ${ONE}\n> ${TWO}`],
    ['the lines of a patch', `+${ONE}\n+${TWO}`],
    ['the quotes of a shell', `wo'rl'd-"git"-passw\`\`ord`],
    ['the backslashes of a shell', 'wo\\rld\\-git\\-password'],
    ['letters with NUL between', [...`${ONE}${TWO}`].join('\0')],
    ['letters with NUL between, in JSON', JSON.stringify([...`${ONE}${TWO}`].join('\0')).slice(1, -1)],
    ['a dump of its bytes', bytes(`${ONE}${TWO}`).toString('hex').replace(/../g, '$& ').replace(/.{24}/g, '$&\n')],
  ])('broken over %s', (_, written) => {
    const own = new Redactor();
    own.hide([`${ONE}${TWO}`]);
    const redacted = own.redact(`It is (${written}), is it?`);
    expect(redacted).toMatch(/^It is \(.{0,6}\*\*\*.{0,6}\), is it\?$/);
  });
  test('but one that is short without its signs is not, which would be torn out of everything', () => {
    const own = new Redactor();
    own.hide(['a-git-hub-xy']);
    expect(own.redact('a git hub xy')).toBe('a git hub xy');
    expect(own.redact('a-git-\nhub-xy')).toBe('***');
  });

  test('line by line, where it has several', () => {
    const own = new Redactor();
    own.hide(['-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA7bq2\n-----END KEY-----']);
    expect(own.redact('  "MIIEpAIBAAKCAQEA7bq2"')).toBe('  "***"');
  });

  test.each([
    ['broken over two lines', `It is ${SECRET.slice(0, 7)}\n${SECRET.slice(7)}, is it?`],
    ['broken over many, and indented', `It is ${[...SECRET].join('\n  ')}, is it?`],
    ['at the very beginning', `${SECRET.slice(0, 1)}\n${SECRET.slice(1)}, is it?`],
    [
      'broken in the text of a JSON event',
      JSON.stringify({ text: `It is ${'model-key-0123'.split('').join('\n')}, is it?` }),
    ],
    ['in base64 of several lines', `It is ${bytes(SECRET).toString('base64').replace(/.{6}/g, '$&\r\n')}, is it?`],
  ])('%s', (_, text) => {
    const own = new Redactor();
    own.hide([SECRET, 'model-key-0123']);
    const redacted = own.redact(text);
    const joined = redacted.replaceAll(/\s|\\n|\\r/g, '');
    for (const form of own.known()) expect(joined).not.toContain(form);
    expect(redacted).toContain('***');
    expect(redacted).toContain(', is it?');
  });
  test('twice in a text, and what stands between stays', () => {
    const text = `${SECRET} a\nb ${SECRET.slice(0, 5)}\n${SECRET.slice(5)} c ${SECRET.slice(0, 9)}\n${SECRET.slice(9)}`;
    expect(redactor.redact(text)).toBe('*** a\nb *** c ***');
  });
  test('but what only looks like a part of it stays, line by line', () => {
    expect(redactor.redact('one\n two\\n three')).toBe('one\n two\\n three');
  });

  test('and a short word is not, which would be torn out of everything', () => {
    const own = new Redactor();
    own.hide(['git']);
    expect(own.redact('a git repository')).toBe('a git repository');
  });
});

describe('what has the shape of a token is taken out, though nobody said that it is one', () => {
  const some = 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8';
  // By name: a test's title is printed, and written into docs, where scanners would take it for a secret.
  test.each([
    ["GitHub's", `ghp_${some}`],
    ["a GitHub App's", `ghs_123_${some}.${some}-${some}`],
    ["GitHub's fine-grained", `github_pat_11${some}_${some}`],
    ["GitLab's", `glpat-${some}`],
    ["a model's", `sk-ant-api03-${some}-${some}`],
    ["Slack's", `xoxb-123456789012-${some}`],
    ["AWS's", 'AKIAIOSFODNN7EXAMPLE'],
    ["Google's", `AIza${some.slice(0, 35)}`],
    ['a signed', `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.${some}`],
    ['a private key, which is', `-----BEGIN OPENSSH PRIVATE KEY-----\n${some}\n-----END OPENSSH PRIVATE KEY-----`],
    ['a private key in JSON, which is', `-----BEGIN PRIVATE KEY-----\\n${some}`],
  ])('%s token', (_, token) => {
    expect(redactor.redact(`token="${token}" and more`)).not.toContain(some.slice(0, 12));
    expect(redactor.redact(`set ${token}`)).toMatch(/^set \*\*\*/);
  });

  test('a text of many secrets that go over lines is read once', () => {
    const known = new Redactor();
    known.hide(['a-secret-of-the-run']);
    const times = 50_000;
    expect(known.redact('a-secret\n-of-the\n-run '.repeat(times))).toBe('*** '.repeat(times));
  });
  test('a text of many secrets that are broken over literals is read once', () => {
    const known = new Redactor();
    known.hide(['a-secret-of-the-run']);
    const times = 50_000;
    expect(known.redact(`'a-secret' + '-of-' + 'the-run'; `.repeat(times))).toBe(`'***'; `.repeat(times));
  });
  test('a text is read once, however many secrets there are', () => {
    const known = new Redactor();
    known.hide(Array.from({ length: 500 }, (_, index) => `${index}-secrets-begin-alike-${index}`));
    const text = '1-secrets-begin-'.repeat(100_000);
    expect(known.redact(text)).toBe(text);
  });
  test('a text of many beginnings is read once', () => {
    const text = 'eyJ-'.repeat(1_000_000);
    expect(redactor.redact(text)).toBe(text);
  });

  test.each([
    'a sketch of sk-learn',
    'commit 3b455b31fb5b6d1c6fea1f233bc5ed515811a132',
    'sha256:8c375d1016b2c9754bad8da3ed07ce33c0f9af3bad8890e61737f5137be7396d',
    'npm run task-list-of-a-feature',
    'ghp_short',
  ])('but %s stays', (text) => {
    expect(redactor.redact(text)).toBe(text);
  });
});
