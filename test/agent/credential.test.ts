import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { answerCredential, sshCommand } from '../../src/agent/credential.js';

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
