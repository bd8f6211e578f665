import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gitIn } from '../support/git-server.js';
import { PASSWORD } from '../support/world.js';
import { startAttacks, working } from './attack.js';
import { PATIENCE } from './steps.js';

const refused = { status: 400, body: { error: { message: 'the model says no' } } };
const PIPES = `
  for file in $C/.git/config $C/.git/HEAD $C/.git/objects/info/alternates $C/.git/objects/00/$(printf '%038d' 0); do
    mkdir -p \${file%/*}; rm -f $file; mkfifo $file
  done`;

const scripts = {
  REMOVED: working('rm -rf $C/.git'),
  REPLACED:
    working(`cd $C; rm -rf .git; git init -q; git -c user.name=a -c user.email=a@b commit -q --allow-empty -m forged
    git update-ref refs/heads/forged HEAD; git config remote.origin.url $OTHER`),
  EMPTIED: working('rm -rf $C/.git/objects; mkdir $C/.git/objects'),
  CORRUPTED: working(
    'find $C/.git/objects -type f | while read -r file; do chmod u+w $file; echo nonsense > $file; done',
    refused,
  ),
  PIPES: working(PIPES),
  SAVED: working(PIPES, refused),
  NESTED: working(
    'git init -q sub; echo inner > sub/inner.txt; rm sub/.git/HEAD; mkfifo sub/.git/HEAD sub/.gitignore .gitattributes',
  ),
  GONE: working('cd $C; rm -rf $W'),
  LINKED: working('cd $C; mv $W $C/aside; ln -s $R/var/run/secrets/agent-runner $W'),
};

let world: Awaited<ReturnType<typeof startAttacks>>;
beforeAll(async () => {
  world = await startAttacks(scripts);
});
afterAll(() => world.close());

/** Bounds what a hang costs. */
const settings = { deadlineSeconds: 240 };

describe('a run is delivered all the same, for the commit is made elsewhere, where the agent has', () => {
  test.each([
    ['removed its objects', 'EMPTIED'],
    ['put pipes where git reads a repository inside of the worktree', 'NESTED'],
    ['put pipes in the place of its files, which nobody writes to', 'PIPES'],
  ] as const)(
    '%s',
    async (_, name) => {
      await world.expectHonest(await world.attacked(name, { settings }), ['delivered']);
    },
    PATIENCE,
  );
});

describe('a run that did not deliver ends, and loses nothing that it need not, where the agent has', () => {
  test.each([
    ['filled the clone’s objects with nonsense', 'CORRUPTED'],
    ['put pipes in their place', 'SAVED'],
    ['removed the clone’s repository', 'REMOVED'],
    ['replaced it', 'REPLACED'],
  ] as const)(
    '%s',
    async (_, name) => {
      const run = await world.attacked(name, { settings });
      await world.expectHonest(run, ['agent-failed']);
      expect(run.result.salvage).toMatchObject({ pushed: true });
      expect(await gitIn(world.repository.dir, 'show', `${run.result.salvage.commit}:work.txt`)).toBe('work');
    },
    PATIENCE,
  );
  test(
    'removed the worktree',
    async () => {
      const run = await world.attacked('GONE', { settings });
      await world.expectHonest(run, ['agent-failed', 'no-changes']);
    },
    PATIENCE,
  );
  test(
    'put a link to the credentials in the worktree’s place, which are neither pushed nor removed',
    async () => {
      const run = await world.attacked('LINKED', { settings });
      await world.expectHonest(run, ['agent-failed']);
      expect(existsSync(join(run.root, 'var/run/secrets/agent-runner/git/password'))).toBe(true);
      const objects = await gitIn(world.repository.dir, 'cat-file', '--batch-all-objects', '--batch');
      expect(objects.includes(PASSWORD)).toBe(false);
    },
    PATIENCE,
  );
});
