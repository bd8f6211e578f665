import { describe, expect, test } from '@jest/globals';
import { redirectIn, remoteErrorOf } from '../../src/runner/git/remote-error.js';

test.each(['openssl_tools', 'gnutls', 'plain'])(
  'a refusal is none of the network, whatever the repository is called: %s',
  (name) => {
    const words = [
      'remote: branches are frozen',
      `To https://git.example.com/demo/${name}`,
      ` ! [remote rejected] abc -> 012-${name}-t001 (pre-receive hook declined)`,
      `error: failed to push some refs to 'https://git.example.com/demo/${name}'`,
    ];
    expect(remoteErrorOf(words.join('\n'))).toBe('refused');
  },
);

describe('what a server answers decides whether it is asked again', () => {
  const cut = (code: number) =>
    `error: RPC failed; HTTP ${code} curl 22 The requested URL returned error: ${code}\nsend-pack: unexpected disconnect while reading sideband packet\nfatal: the remote end hung up unexpectedly`;
  const plain = (code: number) =>
    `fatal: unable to access 'https://git.example/a/b/': The requested URL returned error: ${code}`;

  test.each([301, 400, 402, 404, 405, 409, 410, 411, 413, 414, 415, 422, 431, 451])('%i stays as it is', (code) => {
    expect([cut(code), plain(code)].map(remoteErrorOf)).toEqual(['refused', 'refused']);
  });
  test.each([408, 425, 429, 500, 502, 503, 504, 520])('%i may be another at the next try', (code) => {
    expect([cut(code), plain(code)].map(remoteErrorOf)).toEqual(['network', 'network']);
  });
  test.each([401, 403])('%i is about the credential', (code) => {
    expect([cut(code), plain(code)].map(remoteErrorOf)).toEqual(['auth', 'auth']);
  });
  test('that it hung up without an answer is of the network', () => {
    expect(remoteErrorOf('error: RPC failed; curl 56 Recv failure\nfatal: the remote end hung up unexpectedly')).toBe(
      'network',
    );
  });
});

describe('a redirect is told by the URL that git was led to', () => {
  const asked = (url: string) => `fatal: could not read Username for '${url}': terminal prompts disabled`;
  test.each([
    ['another name', 'https://git.example/team/new'],
    ['another host', 'https://www.git.example/team/app'],
    ['another protocol', 'http://git.example/team/app'],
  ])('%s', (_, url) => expect(redirectIn(asked(url), 'https://git.example/team/app')).toBe(url));
  test.each(['https://git.example/team/app', 'https://git.example/team/app.git/', 'https://user@git.example/team/app'])(
    'and %s is none',
    (url) => expect(redirectIn(asked(url), 'https://git.example/team/app.git')).toBeUndefined(),
  );
  test('nor is any other refusal', () => {
    expect(redirectIn("fatal: Authentication failed for 'https://other.example/'", 'https://git.example/a/b')).toBe(
      undefined,
    );
  });
});
