import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { podName } from '../../src/run/names.js';
import { commitTo, gitIn } from '../support/git-server.js';
import { BRANCH, startWorld } from '../support/world.js';
import { PATIENCE, type World, write } from './steps.js';

const folder = mkdtempSync(join(tmpdir(), 'agent-runner-push-'));
const waitFor = (name: string) => ({
  tool: 'bash',
  arguments: { command: `until [ -f ${join(folder, name)} ]; do sleep 0.1; done`, description: 'Wait' },
});
const rules = [
  { match: 'task WRITE', steps: [write('ours.txt', 'ours\n'), { text: 'Written.' }] },
  { match: 'task ONE AT ONCE', steps: [write('one.txt', 'one\n'), { text: 'Written.' }] },
  { match: 'task TWO AFTER', steps: [waitFor('TWO'), write('two.txt', 'two\n'), { text: 'Written.' }] },
  { match: 'task OTHER AFTER', steps: [waitFor('OTHER'), write('one.txt', 'other\n'), { text: 'Written.' }] },
];

let world: World;
beforeAll(async () => {
  world = await startWorld({ rules });
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A run, during which somebody else pushes to branches: each has the commit before it in its history. */
async function runBeside(task: string, files: Record<string, string>, message = 'theirs', ...more: string[]) {
  const { planned, pod } = world.plan({ task, prompt: 'Do what task WRITE says.' });
  const branch = planned.input.taskBranch;
  const { result, log } = await world.run(pod, {
    onLine: (line) => {
      if (!line.startsWith('worktree')) return;
      for (const name of ['', ...more]) {
        void commitTo(world.repository.dir, `${branch}${name}`, files, message, { from: BRANCH });
      }
    },
  });
  return { branch, result, log: log.join('\n') };
}

const show = (revision: string) => gitIn(world.repository.dir, 'show', revision);
const head = (branch: string) => gitIn(world.repository.dir, 'rev-parse', branch);
const subjects = (branch: string) => gitIn(world.repository.dir, 'log', '--format=%s', `${BRANCH}..${branch}`);

describe('a task’s branch that somebody else has pushed to meanwhile', () => {
  test.each([
    ['another file', 'T101', { 'theirs.txt': 'theirs\n' }],
    ['the same file', 'T102', { 'ours.txt': 'theirs\n' }],
  ])(
    'is left as it is: the work goes to the branch in its place, where they changed %s',
    async (_, task, files) => {
      const { branch, result, log } = await runBeside(task, files as Record<string, string>);
      expect(result).toMatchObject({ outcome: 'delivered', branch: `${branch}-r2` });
      expect(await head(`${branch}-r2`)).toBe(result.commit);
      expect(await subjects(branch)).toBe('theirs');
      expect(await subjects(`${branch}-r2`)).toMatch(/^\[T10\d\] .*$/);
      expect(log).toMatch(
        new RegExp(
          `push +\\| ${branch} has commits of others \\([0-9a-f]{12} by .*\\): this run delivers to ${branch}-r2`,
        ),
      );
    },
    PATIENCE,
  );
  test(
    'is followed by the next free one, where that has commits of others as well',
    async () => {
      const { branch, result } = await runBeside('T107', { 'theirs.txt': 'theirs\n' }, 'theirs', '-r2');
      expect(result).toMatchObject({ outcome: 'delivered', branch: `${branch}-r3` });
    },
    PATIENCE,
  );
  test(
    'is taken up where another run of the task has pushed: what both made is on it',
    async () => {
      const task = 'T106';
      const { planned } = world.plan({ task, prompt: 'Do what task WRITE says.' });
      const trailers = `theirs\n\nAgent-Run: ${podName(task, planned.runId, 7)}\nAgent-Outcome: timed-out`;
      const { branch, result } = await runBeside(task, { 'theirs.txt': 'theirs\n' }, trailers);
      expect(result).toMatchObject({ outcome: 'delivered', branch });
      expect([await show(`${branch}:theirs.txt`), await show(`${branch}:ours.txt`)]).toEqual(['theirs', 'ours']);
    },
    PATIENCE,
  );
});

describe('the same task in a second namespace, whose run has the same name and number, while the first is at work', () => {
  /** Each run is told which file it writes, and the second waits for the first. */
  async function both(task: string, first: string, second: string) {
    const planFor = (name: string) => world.plan({ task, prompt: `Do what task ${name} says.` }).pod;
    let earlier: ReturnType<World['run']> | undefined;
    const { result } = await world.run(planFor(`${second} AFTER`), {
      onLine: (line) => {
        if (!line.startsWith('worktree') || earlier) return;
        earlier = world.run(planFor(`${first} AT ONCE`));
        void earlier.then(() => writeFileSync(join(folder, second), ''));
      },
    });
    return { first: (await earlier)?.result, second: result, branch: world.plan({ task }).planned.input.taskBranch };
  }
  test(
    'delivers on top of it where both fit',
    async () => {
      const { first, second, branch } = await both('T108', 'ONE', 'TWO');
      expect([first?.outcome, second.outcome]).toEqual(['delivered', 'delivered']);
      expect([await show(`${branch}:one.txt`), await show(`${branch}:two.txt`)]).toEqual(['one', 'two']);
      expect(await head(branch)).toBe(second.commit);
      expect(await head(`${branch}^`)).toBe(first?.commit);
    },
    PATIENCE,
  );
  test(
    'is saved beside it where they do not fit',
    async () => {
      const { first, second, branch } = await both('T109', 'ONE', 'OTHER');
      expect([first?.outcome, second.outcome]).toEqual(['delivered', 'push-rejected']);
      expect(second.salvage).toMatchObject({ pushed: true, branch: `${branch}-1` });
      expect(await head(branch)).toBe(first?.commit);
      expect([await show(`${branch}:one.txt`), await show(`${branch}-1:one.txt`)]).toEqual(['one', 'other']);
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
