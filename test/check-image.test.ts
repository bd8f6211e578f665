import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

const script = fileURLToPath(new URL('../docker/check-image.sh', import.meta.url));
const COMMANDS = ['sleep', 'cat', 'mkdir', 'mv', 'chmod', 'rm'];

let folder: string;
let bin: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-check-'));
  bin = join(folder, 'bin');
  mkdirSync(join(folder, 'core'));
  mkdirSync(bin);
  for (const name of COMMANDS) symlinkSync(`/bin/${name}`, join(bin, name));
  rmSync(join(bin, 'sleep'));
  program('bin/sleep', 'exec /bin/sleep 0.1');
  program('core/git-remote-http', '');
  program('bin/rg', '');
  git('2.39.5');
  openCode('1.2.3');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(path: string, text: string): void {
  writeFileSync(join(folder, path), `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, path), 0o755);
}
const git = (version: string) =>
  program('bin/git', `case $1 in version) echo 'git version ${version}' ;; *) echo '${folder}/core' ;; esac`);
const openCode = (version: string, serve = 'echo listening; exec /bin/sleep 60') =>
  program('bin/opencode', `case $1 in --version) echo '${version}' ;; *) ${serve} ;; esac`);

/** What the script misses, for git 2.26 and OpenCode 1.2.3. */
function missing(...places: string[]): string[] {
  // Not by its whole path: it is in a folder for temporary files.
  const options = {
    cwd: folder,
    env: { PATH: [...places, './bin'].join(':'), TMPDIR: folder },
    encoding: 'utf8',
  } as const;
  const { status, stdout, stderr } = spawnSync('/bin/sh', [script, '2.26', '1.2.3'], options);
  expect(stderr).toBe('');
  const found = stdout.split('\n').filter((line) => line.startsWith('missing'));
  expect(status).toBe(found.length > 0 ? 1 : 0);
  return found;
}

test('an image with all of it misses nothing', () => expect(missing()).toEqual([]));

describe('an image is told what it lacks and what to add:', () => {
  test.each(COMMANDS.filter((name) => name !== 'cat' && name !== 'sleep'))('the command %s', (name) => {
    rmSync(join(bin, name));
    expect(missing()).toEqual([`missing the commands ${name}: install coreutils, or busybox with links for these`]);
  });
  test('git', () => {
    rmSync(join(bin, 'git'));
    expect(missing()).toEqual(['missing git: install git 2.26 or later']);
  });
  test.each(['2.25.1', '1.30.0', 'nonsense'])('a git that is not %s', (version) => {
    git(version);
    expect(missing()).toEqual([`missing git 2.26 or later: this is ${version}: install a newer one`]);
  });
  test.each(['2.26.0', '2.100', '3.0.1', '2.39.5.windows.1'])('nothing where git is %s', (version) => {
    git(version);
    expect(missing()).toEqual([]);
  });
  test('what git fetches by HTTP with', () => {
    rmSync(join(folder, 'core/git-remote-http'));
    expect(missing()).toEqual([expect.stringContaining('missing git over HTTP: install git-remote-http')]);
  });
  test('ripgrep', () => {
    rmSync(join(bin, 'rg'));
    expect(missing()).toEqual([expect.stringMatching(/^missing ripgrep: install it/)]);
  });
  test('OpenCode', () => {
    rmSync(join(bin, 'opencode'));
    expect(missing()).toEqual([expect.stringContaining('install the npm package opencode-linux-x64@1.2.3')]);
  });
  test.each(['1.2.4', '1.2.30', 'v1.2.3'])('OpenCode in the runner’s version, not %s', (version) => {
    openCode(version);
    expect(missing()).toEqual([expect.stringContaining(`missing OpenCode 1.2.3: this is ${version}, and the runner`)]);
  });
  test('an OpenCode that starts', () => {
    openCode('1.2.3', 'echo EACCES; exit 1');
    expect(missing()).toEqual([expect.stringContaining('missing an OpenCode that starts as user 10001')]);
  });
  test.each(['/home/agent/.cargo/bin', '/tmp/bin', '/workspace/bin', '/home/agent'])(
    'another place than %s, where a pod has a volume',
    (place) => {
      expect(missing(place)).toEqual([expect.stringContaining(`missing the programs in ${place}, which`)]);
    },
  );
});
