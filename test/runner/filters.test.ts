import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { unfilteredFiles } from '../../src/runner/commit/filters.js';
import { namesOf } from '../../src/runner/commit/refused.js';
import { changedFiles } from '../../src/runner/git/changed.js';
import { Git } from '../../src/runner/git/git.js';
import { machine } from '../../src/runner/process/machine.js';
import { gitIn } from '../support/git-repository.js';

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'1'.repeat(64)}\nsize 12345\n`;
const ATTRIBUTES = [
  '*.png filter=lfs diff=lfs merge=lfs -text',
  'secrets/** filter=git-crypt diff=git-crypt',
  '*.ipynb filter=nbstripout',
  'plain.png -filter',
].join('\n');

let folder: string;
let git: Git;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-filters-'));
  git = new Git(machine(folder), 'https://git.example/owner/name');
  await gitIn(folder, 'init', '--quiet');
  put('.gitattributes', `${ATTRIBUTES}\n`);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (path: string, text: string) => writeFileSync(join(folder, path), text);
const tree = async () => {
  await gitIn(folder, 'add', '--all');
  return gitIn(folder, 'write-tree');
};
const unfiltered = async (before: string, after: string) => {
  const repository = join(folder, '.git');
  const changed = await changedFiles(git, repository, before, after);
  const { refused, notes } = await unfilteredFiles(git, repository, after, changed);
  return { refused: namesOf(refused), notes };
};
const why = (name: string) => `the filter "${name}" of its attributes does not run here`;

test('a file that only a filter could write as it should be is refused; of another filter it is said', async () => {
  const before = await tree();
  for (const path of ['a.txt', 'new.png', 'plain.png', 'line\nbreak.png', 'book.ipynb']) put(path, 'content\n');
  expect(await unfiltered(before, await tree())).toEqual({
    refused: [`line\\nbreak.png cannot be taken: ${why('lfs')}`, `new.png cannot be taken: ${why('lfs')}`],
    notes: [`book.ipynb is as the agent left it: ${why('nbstripout')}`],
  });
});

test('a pointer that was moved is what it should be; a removed file needs no filter', async () => {
  for (const path of ['old.png', 'gone.png']) put(path, POINTER);
  const before = await tree();
  renameSync(join(folder, 'old.png'), join(folder, 'new.png'));
  rmSync(join(folder, 'gone.png'));
  expect(await unfiltered(before, await tree())).toEqual({ refused: [], notes: [] });
});

test('what the repository encrypts is not shown', async () => {
  const before = await tree();
  mkdirSync(join(folder, 'secrets'));
  put('secrets/key.txt', 'the key\n');
  expect((await unfiltered(before, await tree())).refused).toEqual([
    `secrets/key.txt cannot be taken: ${why('git-crypt')}`,
  ]);
});

test('a file whose attributes are taken away by the same change is taken', async () => {
  const before = await tree();
  put('.gitattributes', '');
  put('new.png', 'content\n');
  expect(await unfiltered(before, await tree())).toEqual({ refused: [], notes: [] });
});
