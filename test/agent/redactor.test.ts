import { describe, expect, test } from '@jest/globals';
import { Redactor } from '../../src/agent/redactor.js';

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
    ['with signs that others write in another way, and short', 'p"ss\\w:rd', (text: string) => text],
    ['in the base64 of URLs, where that differs', '~~~???>>>~~~', (text: string) => bytes(text).toString('base64url')],
  ])('%s', (_, secret, written) => {
    const own = new Redactor();
    own.hide([secret]);
    expect(own.redact(`it is ${written(secret)} now`)).toBe('it is *** now');
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
