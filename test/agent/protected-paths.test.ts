import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Git } from '../../src/agent/git.js';
import { machine } from '../../src/agent/machine.js';
import { protectedChanges } from '../../src/agent/protected-paths.js';
import { withoutChanges } from '../../src/agent/restore.js';
import { gitIn } from '../support/git-repository.js';

let folder: string;
let git: Git;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-protected-'));
  git = new Git(machine(folder, 'none'), 'https://git.example/owner/name');
  await gitIn(folder, 'init', '--quiet');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(...paths: string[]) {
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${Math.random()}\n`);
  }
}
const written = async () => {
  await gitIn(folder, 'add', '--all', '--force');
  return gitIn(folder, 'write-tree');
};

/** What a commit changes of a tree, and what is told of the rest. */
async function changes(start: string, tree: string, feature?: string) {
  const repository = join(folder, '.git');
  const { files, named } = await protectedChanges(git, repository, start, tree, feature);
  const committed = await withoutChanges(git, repository, tree, files);
  return { names: await gitIn(folder, 'diff-tree', '-r', '--name-only', start, committed), named };
}

const NOBODYS = [
  ...['.agentic-sdlc/worktrees/x.txt', '.opencode/plugin/x.js', '.opencode/plugins/x.js'],
  ...['specs/.async_state/T001.txt', 'specs/001-a/tasks.md', 'specs/001-a/tasks_meta.json'],
  ...['sub/.git-credentials', 'sub/.netrc'],
];
const OPENCODES = [
  ...['.opencode/.gitignore', '.opencode/bun.lock', '.opencode/node_modules/x.js'],
  ...['.opencode/package-lock.json', '.opencode/package.json'],
];

test('what is nobody’s work is in no commit, and is named, but for what OpenCode itself writes', async () => {
  const start = await written();
  put('a.txt', '.opencode/agent/x.md', 'specs/002-b/tasks.md', ...NOBODYS, ...OPENCODES);
  const { names, named } = await changes(start, await written(), 'specs/001-a');
  expect(names.split('\n')).toEqual(['.opencode/agent/x.md', 'a.txt', 'specs/002-b/tasks.md']);
  expect([...named].sort()).toEqual(NOBODYS);
});

test('what the repository has stays as it was, whether it was changed or removed, and is named', async () => {
  put('a.txt', ...NOBODYS, ...OPENCODES);
  const start = await written();
  put('a.txt', '.opencode/package.json', 'sub/.netrc');
  rmSync(join(folder, 'specs/001-a/tasks.md'));
  const { names, named } = await changes(start, await written(), 'specs/001-a');
  expect(names).toBe('a.txt');
  expect([...named].sort()).toEqual(['.opencode/package.json', 'specs/001-a/tasks.md', 'sub/.netrc']);
});

test('a file in the place of their folder does not stay', async () => {
  put('.opencode/plugin/x.js', '.opencode/agent/x.md');
  const start = await written();
  rmSync(join(folder, '.opencode'), { recursive: true });
  put('.opencode', 'a.txt');
  const { names, named } = await changes(start, await written());
  expect(names.split('\n')).toEqual(['.opencode/agent/x.md', 'a.txt']);
  expect(named).toEqual(['.opencode/plugin/x.js']);
});

test('without a feature, no task list is in a commit', async () => {
  const start = await written();
  put('a.txt', 'tasks.md', 'specs/tasks.md');
  expect((await changes(start, await written())).names).toBe('a.txt');
});

test('a feature whose name is a pattern keeps its own task list alone', async () => {
  const start = await written();
  put('specs/[ab]*/tasks.md', 'specs/a-other/tasks.md');
  const { names, named } = await changes(start, await written(), 'specs/[ab]*');
  expect(names).toBe('specs/a-other/tasks.md');
  expect(named).toEqual(['specs/[ab]*/tasks.md']);
});
