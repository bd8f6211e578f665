import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { podName } from '../../src/run/names.js';
import { OUTCOMES } from '../../src/run/outcomes.js';
import { commitTo, gitIn } from '../support/git-server.js';
import { BRANCH, PASSWORD, startWorld } from '../support/world.js';
import { bash, PATIENCE, type World, write } from './steps.js';

const rules = [
  { match: 'task IDLE', steps: [{ text: 'There is nothing to change.' }] },
  { match: 'task REFUSED', steps: [{ status: 400, body: { error: { message: 'the model says no' } } }] },
  { match: 'task LEAK', steps: [write('notes.txt', `the key is ${PASSWORD}\n`), { text: `key: ${PASSWORD}` }] },
  { match: 'task WRITE', steps: [write('written.txt', 'written\n'), { text: 'Written.' }] },
  {
    match: 'task NESTED',
    steps: [
      bash('git init -q sub && cd sub && touch x && git add x && git -c user.name=a -c user.email=a@b commit -qm x'),
      { text: 'Made a repository.' },
    ],
  },
  {
    match: 'task TICK',
    steps: [
      write('specs/001-greeting/tasks.md', '- [X] T002 all done\n'),
      write('.netrc', 'machine git.example\n'),
      write('.opencode/package.json', '{}\n'),
      { text: 'Ticked it.' },
    ],
  },
  { match: 'task SLEEP', steps: [bash('sleep 50'), { text: 'Slept.' }] },
];

let world: World;
beforeAll(async () => {
  world = await startWorld({ rules });
});
afterAll(() => world.close());

const spawned = (task: string, request = {}) =>
  world.plan({ task, prompt: `Do what task ${task} says.`, ...request }).pod;

describe('a run that did not deliver ends as', () => {
  const remoteBranch = (task: string) => gitIn(world.repository.dir, 'branch', '--list', `*${task.toLowerCase()}*`);

  test(
    'no-changes when the agent ends well and changes nothing',
    async () => {
      const { code, result } = await world.run(spawned('IDLE'));
      expect(code).toBe(OUTCOMES['no-changes'].exitCode);
      expect(result).toMatchObject({ outcome: 'no-changes', filesChanged: 0 });
      expect(await remoteBranch('IDLE')).toBe('');
    },
    PATIENCE,
  );
  test(
    'no-changes when the agent changes only what no run does, which is named',
    async () => {
      const { result, log } = await world.run(spawned('TICK', { contextPath: 'specs/001-greeting' }));
      expect(result).toMatchObject({
        outcome: 'no-changes',
        protectedPaths: ['.netrc', 'specs/001-greeting/tasks.md'],
        message:
          'the agent ended well and changed no file but .netrc, specs/001-greeting/tasks.md, which no run changes',
      });
      expect(log.join('\n')).toContain('not in the commit: .netrc, which no run changes');
    },
    PATIENCE,
  );
  test(
    'what it is, although the key of the model is a word of the result',
    async () => {
      const { result } = await world.run(spawned('REFUSED'), { key: 'task' });
      expect(result).toMatchObject({
        outcome: 'agent-failed',
        task: 'REFUSED',
        branch: expect.stringContaining('refused'),
      });
    },
    PATIENCE,
  );
  test(
    "agent-failed when the model refuses, with the model's own words",
    async () => {
      const { code, result } = await world.run(spawned('REFUSED'));
      expect(code).toBe(OUTCOMES['agent-failed'].exitCode);
      expect(result.outcome).toBe('agent-failed');
      expect(result.message).toContain('the model says no');
    },
    PATIENCE,
  );
  test(
    "agent-failed when the model's key is wrong",
    async () => {
      const { result } = await world.run(spawned('WRITE'), { key: 'another-key' });
      expect(result).toMatchObject({ outcome: 'agent-failed', message: expect.stringContaining('401') });
    },
    PATIENCE,
  );
  test(
    'agent-failed when a file holds a credential, which is neither pushed nor printed',
    async () => {
      const { result, log } = await world.run(spawned('LEAK'));
      expect(result).toMatchObject({ outcome: 'agent-failed', message: expect.stringContaining('notes.txt') });
      expect(await remoteBranch('LEAK')).toBe('');
      expect(log.join('\n')).not.toContain(PASSWORD);
    },
    PATIENCE,
  );
  test(
    "push-rejected when a hook refuses, with the remote's own words",
    async () => {
      const hook = join(world.repository.dir, 'hooks/pre-receive');
      writeFileSync(hook, '#!/bin/sh\necho "branches are frozen" >&2\nexit 1\n');
      chmodSync(hook, 0o755);
      const { code, result } = await world.run(spawned('WRITE'));
      writeFileSync(hook, '#!/bin/sh\n');
      expect(code).toBe(OUTCOMES['push-rejected'].exitCode);
      expect(result).toMatchObject({
        outcome: 'push-rejected',
        message: expect.stringContaining('branches are frozen'),
      });
      expect(result.commit).toBeUndefined();
    },
    PATIENCE,
  );
  test(
    'push-rejected when another run of the task has pushed what does not fit',
    async () => {
      const { planned, pod } = world.plan({
        task: 'T002',
        branch: 'moved',
        base: BRANCH,
        prompt: 'Do what task WRITE says.',
      });
      const branch = planned.input.taskBranch;
      const theirs = `theirs\n\nAgent-Run: ${podName('T002', planned.runId, 7)}\nAgent-Outcome: timed-out`;
      const { result } = await world.run(pod, {
        onLine: (line) => {
          if (line.startsWith('worktree')) void commitTo(world.repository.dir, branch, { 'x.txt': 'x' }, theirs);
        },
      });
      expect(result.outcome).toBe('push-rejected');
      expect(await gitIn(world.repository.dir, 'log', '-1', '--format=%s', branch)).toBe('theirs');
    },
    PATIENCE,
  );
  test(
    'auth-failed when the credential may read and not write',
    async () => {
      const { code, result } = await world.run(spawned('WRITE'), { username: 'reader' });
      expect(code).toBe(OUTCOMES['auth-failed'].exitCode);
      expect(result.outcome).toBe('auth-failed');
    },
    PATIENCE,
  );
  test(
    'interrupted when the pod is asked to stop, without waiting for OpenCode',
    async () => {
      const pod = spawned('SLEEP');
      const { code, result } = await world.run(pod, {
        onStart: (child) => {
          const asked = setInterval(() => {
            if (!JSON.stringify(world.model.requests.map(({ body }) => body)).includes('task SLEEP')) return;
            clearInterval(asked);
            child.kill('SIGTERM');
          }, 100);
        },
      });
      expect(code).toBe(OUTCOMES.interrupted.exitCode);
      expect(result.outcome).toBe('interrupted');
    },
    PATIENCE,
  );
});
