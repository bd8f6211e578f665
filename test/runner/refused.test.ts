import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { namesOf, refusedFiles } from '../../src/runner/commit/refused.js';
import { changedFiles } from '../../src/runner/git/changed.js';
import { Git } from '../../src/runner/git/git.js';
import { machine } from '../../src/runner/process/machine.js';
import { gitIn } from '../support/git-repository.js';

const SECRET = 'a-secret-of-the-run';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-refused-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('what must not be pushed is refused, and nothing else', async () => {
  const git = new Git(machine(folder), 'https://git.example/owner/name');
  await gitIn(folder, 'init', '--quiet');
  const empty = await gitIn(folder, 'write-tree');
  const put = (path: string, text: string) => writeFileSync(join(folder, path), text);
  put('good.txt', 'good\n');
  put('text.txt', `it is ${SECRET}\n`);
  put('binary.bin', `\0${SECRET}\0`);
  put('wrapped.txt', `it is ${SECRET.slice(0, 9)}\n  ${SECRET.slice(9)}\n`);
  put(`${SECRET}.txt`, 'x\n');
  symlinkSync(`/${SECRET}`, join(folder, 'link'));
  put('large.bin', '');
  truncateSync(join(folder, 'large.bin'), 100 * 1024 * 1024 + 1);
  await gitIn(folder, 'add', '--all');
  await gitIn(folder, 'update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},module`);
  const tree = await gitIn(folder, 'write-tree');
  const changed = await changedFiles(git, folder, empty, tree);
  const own = new Set(changed.map(({ path }) => path));
  expect(namesOf(await refusedFiles(git, folder, changed, own, [SECRET])).sort()).toEqual([
    `${SECRET}.txt holds a credential of this run`,
    'binary.bin holds a credential of this run',
    'large.bin is larger than 100 MiB',
    'link holds a credential of this run',
    'module is a submodule at a commit that its own remote may not have',
    'text.txt holds a credential of this run',
    'wrapped.txt holds a credential of this run',
  ]);

  // What is on the branch already has been pushed; a credential in it is one all the same, whoever put it there.
  const left = namesOf(await refusedFiles(git, folder, changed, new Set(), [SECRET]));
  expect(left.filter((name) => /100 MiB|submodule/.test(name))).toEqual([]);
  expect(left).toContain('text.txt holds a credential of this run');
  // A word is no secret.
  expect(namesOf(await refusedFiles(git, folder, changed, new Set(), ['good']))).toEqual([]);
});
