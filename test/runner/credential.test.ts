import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { answerCredential, credentialProblem, gitSecrets, sshCommand } from '../../src/runner/git/credential.js';
import { onPath } from '../../tools/go.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-credential-'));
  writeFileSync(join(folder, 'username'), 'somebody');
  writeFileSync(join(folder, 'password'), 'a-token\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const OWN = 'https://git.example/team/app.git';
const ask = (protocol: string, host: string, path: string) =>
  answerCredential(`protocol=${protocol}\nhost=${host}\npath=${path}\n\n`, OWN, folder);

describe('the credential helper', () => {
  test.each(['team/app.git', 'team/app', '/team/app.git'])(
    'answers for the run’s own repository, asked as %s',
    (path) => {
      expect(ask('https', 'git.example', path)).toBe('username=somebody\npassword=a-token\n');
    },
  );
  test.each([
    ['another repository', 'https', 'git.example', 'team/other.git'],
    ['one whose name only begins alike', 'https', 'git.example', 'team/app-two'],
    ['another host', 'https', 'evil.example', 'team/app.git'],
    ['another port', 'https', 'git.example:8443', 'team/app.git'],
    ['plain HTTP', 'http', 'git.example', 'team/app.git'],
    ['no path', 'https', 'git.example', ''],
  ])('says nothing to %s', (_, protocol, host, path) => expect(ask(protocol, host, path)).toBe(''));
  test('reads the token anew each time: it may have been renewed', () => {
    writeFileSync(join(folder, 'password'), 'renewed');
    expect(ask('https', 'git.example', 'team/app')).toContain('password=renewed');
  });
  test('says nothing when there is no token', () => {
    expect(answerCredential('protocol=https\nhost=git.example\npath=team/app\n', OWN, join(folder, 'nowhere'))).toBe(
      '',
    );
  });
});

test('a path with a blank is the repository’s, which git asks for without the escapes of the URL', () => {
  writeFileSync(join(folder, 'password'), 'secret');
  const request = 'protocol=https\nhost=dev.azure.com\npath=org/My Project/_git/app\n';
  expect(answerCredential(request, 'https://dev.azure.com/org/My%20Project/_git/app', folder)).toContain(
    'password=secret',
  );
});

describe('ssh', () => {
  test('knows no host but the known ones, and nobody’s configuration, and the key is for us alone', () => {
    writeFileSync(join(folder, 'ssh-privatekey'), 'a key');
    const command = sshCommand('ssh://git@git.example/team/app', folder, folder);
    for (const part of ['-F none', "-o 'StrictHostKeyChecking=yes'", "-o 'IdentitiesOnly=yes'", "-o 'BatchMode=yes'"]) {
      expect(command).toContain(part);
    }
    expect(statSync(join(folder, '.agent-runner-key')).mode & 0o777).toBe(0o600);
  });
  test.each(['.agent-runner-key', '.agent-runner-key.new'])(
    'waits for nobody to read %s, if that is a pipe',
    (name) => {
      writeFileSync(join(folder, 'ssh-privatekey'), 'a key');
      rmSync(join(folder, name), { force: true });
      execFileSync('mkfifo', [join(folder, name)]);
      sshCommand('ssh://git@git.example/team/app', folder, folder);
      expect(readFileSync(join(folder, '.agent-runner-key'), 'utf8')).toBe('a key\n');
    },
  );
});

const hasKeygen = onPath('ssh-keygen').length > 0;
if (!hasKeygen) console.warn('The tests of SSH keys are skipped: no ssh-keygen');

(hasKeygen ? describe : describe.skip)('a key as people store it', () => {
  const SSH = 'ssh://git@git.example/team/app';
  let key = '';
  beforeAll(() => {
    const file = join(folder, 'made');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
    key = readFileSync(file, 'utf8');
  });
  const store = (text: string) => writeFileSync(join(folder, 'ssh-privatekey'), text);
  const loads = () => {
    sshCommand(SSH, folder, folder);
    execFileSync('ssh-keygen', ['-y', '-P', '', '-f', join(folder, '.agent-runner-key')], { stdio: 'pipe' });
  };
  const body = () => key.split('\n').slice(1, -2);

  test.each([
    ['with the line ends of Windows', () => key.replaceAll('\n', '\r\n')],
    ['with those of an old Mac', () => key.replaceAll('\n', '\r')],
    ['after an empty line', () => `\n\r\n${key}`],
    ['after a byte order mark', () => `\uFEFF${key}`],
    ['without a line end', () => key.trimEnd()],
    ['with several', () => `${key}\n\n`],
  ])('is loaded %s', (_, text) => {
    store(text());
    expect(loads).not.toThrow();
    expect(credentialProblem(SSH, folder)).toBeUndefined();
    expect(gitSecrets(folder)).toEqual(expect.arrayContaining(body().slice(1)));
  });

  test.each([
    ['written line ends', () => key.replaceAll('\n', '\\n'), 'its line ends are written as \\n'],
    ['one line', () => key.trim().replaceAll('\n', ' '), 'its lines are joined to one'],
    ['Base64 twice', () => Buffer.from(key).toString('base64'), 'it is Base64 of a key'],
    ['the public key', () => readFileSync(join(folder, 'made.pub'), 'utf8'), 'it is a public key'],
    ['any text', () => 'hunter2', 'it is not the text from'],
  ])('is named as none where it is %s', (_, text, words) => {
    store(text());
    expect(credentialProblem(SSH, folder)).toContain(`ssh-privatekey in the Secret is no private key: ${words}`);
  });
  test.each([
    ['written line ends', () => key.replaceAll('\n', '\\n')],
    ['one line', () => key.trim().replaceAll('\n', ' ')],
  ])('is a secret also as %s', (_, text) => {
    store(text());
    expect(gitSecrets(folder)).toEqual(expect.arrayContaining(body().slice(1)));
  });
  test('is missed by name', () => {
    rmSync(join(folder, 'ssh-privatekey'));
    expect(credentialProblem(SSH, folder)).toBe('there is no ssh-privatekey in the Secret');
  });
});

describe('a token as people store it', () => {
  test.each([
    ['a byte order mark', '\uFEFFtoken', 'begins with a byte order mark'],
    ['a blank before', ' token', 'begins or ends with a blank'],
    ['a blank behind', 'token \n', 'begins or ends with a blank'],
    ['two line ends', 'token\n\n', 'begins or ends with a blank or line end'],
  ])('with %s is named', (_, text, words) => {
    writeFileSync(join(folder, 'password'), text);
    expect(credentialProblem(OWN, folder)).toContain(`password in the Secret ${words}`);
  });
  test.each(['token', 'token\n', 'token\r\n'])('as %j is one', (text) => {
    writeFileSync(join(folder, 'password'), text);
    expect(credentialProblem(OWN, folder)).toBeUndefined();
  });
});
