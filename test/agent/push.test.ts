import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { commitTo, gitIn } from '../support/git-server.js';
import { BRANCH, startWorld } from '../support/world.js';
import { PATIENCE, type World, write } from './steps.js';

const rules = [{ match: 'task WRITE', steps: [write('ours.txt', 'ours\n'), { text: 'Written.' }] }];

let world: World;
beforeAll(async () => {
  world = await startWorld({ rules });
});
afterAll(() => world.close());

/** A run, during which somebody else pushes to the task's branch. */
async function runBeside(task: string, files: Record<string, string>) {
  const { planned, pod } = world.plan({ task, prompt: 'Do what task WRITE says.' });
  const branch = planned.input.taskBranch;
  const { result, log } = await world.run(pod, {
    onLine: (line) => {
      if (line.startsWith('worktree')) void commitTo(world.repository.dir, branch, files, 'theirs', { from: BRANCH });
    },
  });
  return { branch, result, log };
}

const show = (revision: string) => gitIn(world.repository.dir, 'show', revision);
const subjects = (branch: string) => gitIn(world.repository.dir, 'log', '--format=%s', '-2', branch);

describe('a task’s branch that somebody else has pushed to meanwhile', () => {
  test(
    'is taken up: the work is delivered on top of theirs',
    async () => {
      const { branch, result } = await runBeside('T101', { 'theirs.txt': 'theirs\n' });
      expect(result).toMatchObject({ outcome: 'delivered', branch });
      expect(await gitIn(world.repository.dir, 'rev-parse', branch)).toBe(result.commit);
      expect(await show(`${branch}:theirs.txt`)).toBe('theirs');
      expect(await show(`${branch}:ours.txt`)).toBe('ours');
      expect(await subjects(branch)).toMatch(/^\[T101\] .*\ntheirs$/);
    },
    PATIENCE,
  );
  test(
    'is never forced: where both changed a file, the work is on a branch of the attempt, and the result says so',
    async () => {
      const { branch, result } = await runBeside('T102', { 'ours.txt': 'theirs\n' });
      expect(result).toMatchObject({
        outcome: 'push-rejected',
        salvage: { pushed: true, branch: `${branch}-1` },
        message: expect.stringContaining('ours.txt'),
      });
      expect(result.commit).toBeUndefined();
      expect(await show(`${branch}:ours.txt`)).toBe('theirs');
      expect(await show(`${branch}-1:ours.txt`)).toBe('ours');
      expect(await gitIn(world.repository.dir, 'rev-parse', `${branch}-1`)).toBe(result.salvage.commit);
    },
    PATIENCE,
  );
});

test(
  'a hook that refuses one branch is told in its own words, and the work is on a branch of the attempt',
  async () => {
    const hook = join(world.repository.dir, 'hooks/update');
    writeFileSync(hook, '#!/bin/sh\ncase $1 in *-1) exit 0;; esac\necho "this branch is frozen" >&2\nexit 1\n');
    chmodSync(hook, 0o755);
    try {
      const { planned, pod } = world.plan({ task: 'T103', prompt: 'Do what task WRITE says.' });
      const { result } = await world.run(pod);
      expect(result).toMatchObject({
        outcome: 'push-rejected',
        salvage: { pushed: true, branch: `${planned.input.taskBranch}-1` },
        message: expect.stringContaining('this branch is frozen'),
      });
    } finally {
      rmSync(hook);
    }
  },
  PATIENCE,
);

test(
  'a Git host that is away for longer than three tries is waited for',
  async () => {
    const { pod } = world.plan({ task: 'T104', prompt: 'Do what task WRITE says.' });
    const tries: string[] = [];
    const { result } = await world.run(pod, {
      onLine: (line) => {
        if (line.includes('[write]')) world.git.setDown(true);
        if (line.includes('trying again')) tries.push(line);
        if (tries.length === 3) world.git.setDown(false);
      },
    });
    expect(result.outcome).toBe('delivered');
    expect(tries.length).toBeGreaterThanOrEqual(3);
  },
  PATIENCE,
);

test(
  'a Git host that stays away is push-rejected, before the pod is killed',
  async () => {
    const { pod } = world.plan({ task: 'T105', prompt: 'Do what task WRITE says.' });
    const { result } = await world
      .run(pod, {
        settings: { deadlineSeconds: 90 },
        onLine: (line) => {
          if (line.includes('[write]')) world.git.setDown(true);
        },
      })
      .finally(() => world.git.setDown(false));
    expect(result).toMatchObject({
      outcome: 'push-rejected',
      salvage: { pushed: false },
      message: expect.stringContaining('503'),
    });
  },
  PATIENCE,
);
