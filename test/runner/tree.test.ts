import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Git } from '../../src/runner/git/git.js';
import { machine } from '../../src/runner/process/machine.js';
import { writeTree } from '../../src/runner/work/tree.js';
import { gitIn } from '../support/git-repository.js';

let folder: string;
let worktree: string;
let repository: string;
let git: Git;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-tree-'));
  worktree = join(folder, 'workspace/worktree');
  repository = join(worktree, '.git');
  git = new Git(machine(folder), 'https://git.example/owner/name');
  mkdirSync(worktree, { recursive: true });
  await gitIn(worktree, 'init', '--quiet');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (path: string | Buffer, text: string | Buffer) =>
  writeFileSync(
    typeof path === 'string' ? join(worktree, path) : Buffer.concat([Buffer.from(`${worktree}/`), path]),
    text,
  );
const start = async () => {
  await gitIn(worktree, 'add', '--all');
  await gitIn(worktree, '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q', '--allow-empty', '-m', 'start');
  return gitIn(worktree, 'rev-parse', 'HEAD');
};
const blob = async (text: string) => {
  put('blob', text);
  const object = await gitIn(worktree, 'hash-object', '-w', '--no-filters', 'blob');
  rmSync(join(worktree, 'blob'));
  return object;
};
/** What has changed since a commit, and what could not be taken. */
async function changesSince(commit: string, absent: readonly string[] = [], head = commit) {
  const bare = join(folder, 'bare');
  await gitIn(folder, 'clone', '--quiet', '--bare', worktree, bare);
  rmSync(repository, { recursive: true });
  const { tree, ...said } = await writeTree(git, bare, { directory: worktree, absent }, head);
  return { names: (await gitIn(bare, 'diff-tree', '-r', '--name-only', commit, tree)).split('\n'), ...said };
}

describe('a file that git cannot take is named, and the others are taken', () => {
  test('when git dies of it: it is not in the encoding that its attributes say', async () => {
    put('.gitattributes', '*.wide working-tree-encoding=UTF-16\n');
    const commit = await start();
    for (const name of ['a.txt', 'b.txt', 'z.txt']) put(name, 'text\n');
    put('narrow.wide', 'text\n');
    put('true.wide', Buffer.from('\ufefftext\n', 'utf16le'));
    const { names, unread } = await changesSince(commit);
    expect(names).toEqual(['a.txt', 'b.txt', 'true.wide', 'z.txt']);
    expect(unread).toEqual(['narrow.wide cannot be read as its attributes say']);
  });
  test('when its name is no text: an own one is left out, a changed one is as it was', async () => {
    put(Buffer.from([0xff, 0x2e, 0x61]), 'text\n');
    const commit = await start();
    put(Buffer.from([0xff, 0x2e, 0x61]), 'changed\n');
    put(Buffer.from([0xfe, 0x2e, 0x62]), 'new\n');
    put('a.txt', 'text\n');
    const { names, unread } = await changesSince(commit);
    expect(names).toEqual(['a.txt']);
    expect(unread).toEqual(['\ufffd.b has a name that is not UTF-8', '\ufffd.a has a name that is not UTF-8']);
  });
  test('when it is in the place of a folder with such a name, which stays', async () => {
    mkdirSync(join(worktree, 'x'));
    put(Buffer.concat([Buffer.from('x/'), Buffer.from([0xff])]), 'text\n');
    const commit = await start();
    rmSync(join(worktree, 'x'), { recursive: true });
    put('x', 'text\n');
    put('a.txt', 'text\n');
    const { names, unread } = await changesSince(commit);
    expect(names).toEqual(['a.txt']);
    expect(unread).toEqual([
      'x/\ufffd has a name that is not UTF-8',
      'x is in the place of a file whose name is not UTF-8',
    ]);
  });
  test('when it is in a repository within', async () => {
    const commit = await start();
    mkdirSync(join(worktree, 'sub'));
    await gitIn(join(worktree, 'sub'), 'init', '--quiet');
    put('sub/.gitattributes', '*.wide working-tree-encoding=UTF-16\n');
    put('sub/narrow.wide', 'text\n');
    const { names, unread } = await changesSince(commit);
    expect(names).toEqual(['sub/.gitattributes']);
    expect(unread).toEqual(['sub/narrow.wide cannot be read as its attributes say']);
  });
});

test('a repository within is not asked for its status, since its configuration names programs', async () => {
  const sub = join(worktree, 'sub');
  const trap = join(folder, 'trap');
  const sprung = join(folder, 'sprung');
  mkdirSync(sub);
  await gitIn(sub, 'init', '--quiet');
  put('sub/a.txt', 'a\n');
  await gitIn(sub, 'add', '--all');
  await gitIn(sub, '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q', '-m', 'sub');
  const commit = await start();
  writeFileSync(trap, `#!/bin/sh\ntouch ${sprung}\nexec cat\n`, { mode: 0o755 });
  await gitIn(sub, 'config', 'filter.evil.clean', trap);
  writeFileSync(join(sub, '.git/info/attributes'), '* filter=evil\n');
  const touch = () => utimesSync(join(sub, 'a.txt'), 1, 1);
  touch();
  put('new.txt', 'new\n');
  expect((await changesSince(commit)).names).toEqual(['new.txt']);
  expect(existsSync(sprung)).toBe(false);

  // It would be: this is what git does by itself.
  await gitIn(worktree, 'init', '--quiet');
  await gitIn(worktree, 'fetch', '--quiet', join(folder, 'bare'));
  await gitIn(worktree, 'read-tree', commit);
  touch();
  await gitIn(worktree, 'add', '--all');
  expect(existsSync(sprung)).toBe(true);
});

/** Git that lets the agent do something when it has looked at the worktree. */
class Watched extends Git {
  afterLook: (() => void) | undefined;
  override async try(...args: Parameters<Git['try']>) {
    const result = await super.try(...args);
    if (args[1].includes('ls-files') && args[1].includes('--others')) {
      this.afterLook?.();
      this.afterLook = undefined;
    }
    return result;
  }
}

describe('what the agent changes while git looks', () => {
  const secret = () => join(folder, 'secret');
  const watched = async (afterLook: () => void) => {
    const commit = await start();
    const bare = join(folder, 'bare');
    await gitIn(folder, 'clone', '--quiet', '--bare', worktree, bare);
    mkdirSync(join(worktree, 'd'));
    put('d/password', 'of the agent\n');
    put('b.txt', 'text\n');
    const own = new Watched(machine(folder), 'https://git.example/owner/name');
    own.afterLook = afterLook;
    const { tree } = await writeTree(own, bare, { directory: worktree, absent: [] }, commit);
    const objects = await gitIn(bare, 'cat-file', '--batch-all-objects', '--batch');
    return { objects, names: (await gitIn(bare, 'diff-tree', '-r', '--name-only', commit, tree)).split('\n') };
  };
  test('leads to no file elsewhere: a folder becomes a link', async () => {
    mkdirSync(secret());
    writeFileSync(join(secret(), 'password'), 'nobody may see this\n');
    const { objects, names } = await watched(() => {
      rmSync(join(worktree, 'd'), { recursive: true });
      symlinkSync(secret(), join(worktree, 'd'));
    });
    expect(names).toEqual(['b.txt']);
    expect(objects).not.toContain('nobody may see this');
  });
  test('starts no program: a folder becomes a repository', async () => {
    const { names } = await watched(() => {
      execFileSync('git', ['init', '--quiet', join(worktree, 'd')]);
      put('d/.git/HEAD', `${'2'.repeat(40)}\n`);
    });
    expect(names).toEqual(['b.txt', 'd/password']);
  });
});

test('what was not checked out is no change, whatever its name is and whatever stands in its folder’s place', async () => {
  mkdirSync(join(worktree, 'docs'));
  mkdirSync(join(worktree, 'lib'));
  put(Buffer.from('docs/caf\xe9.txt', 'latin1'), 'text\n');
  put('lib/a.txt', 'text\n');
  const commit = await start();
  rmSync(join(worktree, 'docs'), { recursive: true });
  rmSync(join(worktree, 'lib'), { recursive: true });
  put('lib', 'a file\n');
  put('new.txt', 'text\n');
  const { names, unread } = await changesSince(commit, ['docs/caf\xe9.txt', 'lib/a.txt']);
  expect([names, unread]).toEqual([['lib', 'lib/a.txt', 'new.txt'], []]);
});

describe('work in a submodule, which no commit of the repository can have,', () => {
  let commit: string;
  beforeEach(async () => {
    const other = join(folder, 'other');
    mkdirSync(other);
    await gitIn(other, 'init', '--quiet');
    writeFileSync(join(other, 'foo.c'), 'foo\n');
    writeFileSync(join(other, '.gitignore'), 'build\n');
    await gitIn(other, 'add', '.');
    await gitIn(other, '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q', '-m', 'start');
    for (const name of ['lib', 'empty'])
      await gitIn(worktree, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', other, name);
    commit = await start();
    await gitIn(worktree, 'submodule', '--quiet', 'deinit', '--force', 'empty');
    put('lib/build', 'not looked at\n');
  });
  const said = (name: string) => `${name} is a submodule; what was changed in it belongs to its own repository`;
  /** What stands in the worktree’s own repository is still needed. */
  const written = async () => {
    const bare = join(folder, 'bare');
    await gitIn(folder, 'clone', '--quiet', '--bare', worktree, bare);
    return writeTree(git, bare, { directory: worktree, absent: [] }, commit);
  };
  test('is not there in one that was only checked out', async () => {
    expect((await written()).unread).toEqual([]);
  });
  test.each([
    ['a changed file', 'lib/foo.c', 'lib'],
    ['a new file', 'lib/new.c', 'lib'],
    ['a file where nothing was checked out', 'empty/new.c', 'empty'],
  ])('is named: %s', async (_, path, name) => {
    mkdirSync(join(worktree, 'empty'), { recursive: true });
    put(path, 'changed\n');
    expect((await written()).unread).toEqual([said(name)]);
  });
  test('is named where it cannot be compared', async () => {
    put('lib/.git', 'gitdir: nowhere\n');
    expect((await written()).unread).toEqual(expect.arrayContaining([said('lib')]));
  });
});

test('a pipe under a name that git reads holds nothing up', async () => {
  const commit = await start();
  put('a.txt', 'text\n');
  mkdirSync(join(worktree, 'sub/.git'), { recursive: true });
  for (const name of ['.gitattributes', '.gitignore', 'sub/.git/HEAD', 'sub/.gitignore']) {
    execFileSync('mkfifo', [join(worktree, name)]);
  }
  expect(await changesSince(commit)).toMatchObject({ names: ['a.txt'], unread: [] });
});

test('an unchanged file is no change whatever its attributes say; it is named where these were changed', async () => {
  put('.gitattributes', '*.dos text\n');
  put('a.dos', 'one\r\n');
  await gitIn(worktree, 'add', '.gitattributes');
  await gitIn(worktree, 'update-index', '--add', '--cacheinfo', `100644,${await blob('one\r\n')},a.dos`);
  await gitIn(worktree, '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q', '-m', 'start');
  const commit = await gitIn(worktree, 'rev-parse', 'HEAD');
  put('new.txt', 'new\n');
  expect(await changesSince(commit)).toMatchObject({ names: ['new.txt'], notes: [] });
});

test('a file that only new attributes would change is as it was, and is named', async () => {
  put('a.dos', 'one\r\n');
  const commit = await start();
  put('.gitattributes', '*.dos text\n');
  expect(await changesSince(commit)).toMatchObject({
    names: ['.gitattributes'],
    notes: ['a.dos is as it was: its attributes would have it written differently, but nobody has written it'],
  });
});

test('what the agent has committed itself is a change, though the file has the same bytes', async () => {
  put('a.dos', 'one\r\n');
  put('b.dos', 'one\r\n');
  const commit = await start();
  put('.gitattributes', '*.dos text\n');
  await gitIn(worktree, 'add', '--renormalize', 'a.dos');
  const own = ['-c', 'user.name=a', '-c', 'user.email=a@b'];
  await gitIn(worktree, ...own, 'commit', '-q', '-m', 'Unix line ends');
  const head = await gitIn(worktree, 'rev-parse', 'HEAD');
  expect((await changesSince(commit, [], head)).names).toEqual(['.gitattributes', 'a.dos']);
});

test('a file with the name of a complaint of git’s is named as any other', async () => {
  put('.gitattributes', '*.md working-tree-encoding=UTF-16\n');
  const commit = await start();
  put('promisor remote.md', 'text\n');
  expect((await changesSince(commit)).unread).toEqual(['promisor remote.md cannot be read as its attributes say']);
});

test('a link in the place of the worktree is not followed', async () => {
  const commit = await start();
  const aside = join(folder, 'aside');
  await gitIn(folder, 'clone', '--quiet', '--bare', worktree, join(folder, 'bare'));
  renameSync(worktree, aside);
  symlinkSync(aside, worktree);
  const written = writeTree(git, join(folder, 'bare'), { directory: worktree, absent: [] }, commit);
  await expect(written).rejects.toThrow('the worktree is no folder any more');
});
