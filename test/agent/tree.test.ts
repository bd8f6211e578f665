import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Git } from '../../src/agent/git.js';
import { machine } from '../../src/agent/machine.js';
import { writeTree } from '../../src/agent/tree.js';
import { gitIn } from '../support/git-repository.js';

let folder: string;
let worktree: string;
let repository: string;
let git: Git;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-tree-'));
  worktree = join(folder, 'worktree');
  repository = join(worktree, '.git');
  git = new Git(machine(folder, 'none'), 'https://git.example/owner/name');
  mkdirSync(worktree);
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
/** What has changed since a commit, and what could not be taken. */
async function changesSince(commit: string) {
  const bare = join(folder, 'bare');
  await gitIn(folder, 'clone', '--quiet', '--bare', worktree, bare);
  rmSync(repository, { recursive: true });
  const { tree, unread } = await writeTree(git, bare, { directory: worktree, absent: [] }, commit, undefined);
  return { names: (await gitIn(bare, 'diff-tree', '-r', '--name-only', commit, tree)).split('\n'), unread };
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
  test('when it is in a repository within', async () => {
    const commit = await start();
    mkdirSync(join(worktree, 'sub'));
    await gitIn(join(worktree, 'sub'), 'init', '--quiet');
    put('sub/.gitattributes', '*.wide working-tree-encoding=UTF-16\n');
    put('sub/narrow.wide', 'text\n');
    const { names, unread } = await changesSince(commit);
    expect(names).toEqual(['sub/.gitattributes']);
    expect(unread).toEqual(['narrow.wide cannot be read as its attributes say']);
  });
});

test('a pipe under a name that git reads holds nothing up', async () => {
  const commit = await start();
  put('a.txt', 'text\n');
  mkdirSync(join(worktree, 'sub/.git'), { recursive: true });
  for (const name of ['.gitattributes', '.gitignore', 'sub/.git/HEAD', 'sub/.gitignore']) {
    execFileSync('mkfifo', [join(worktree, name)]);
  }
  expect(await changesSince(commit)).toEqual({ names: ['a.txt'], unread: [] });
});
