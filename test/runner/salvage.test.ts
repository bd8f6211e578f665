import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OUTCOMES } from '../../src/run/outcomes.js';
import { gitIn } from '../support/git-server.js';
import { PASSWORD, startWorld } from '../support/world.js';
import { commandOf } from './processes.js';
import { bash, PATIENCE, type World, write } from './steps.js';

/** A file is written, and then nothing comes to an end. */
const unfinished = (...steps: object[]) => [write('half.txt', 'half of it\n'), ...steps];

const rules = [
  { match: 'task SLEEP', steps: unfinished(bash('sleep 300'), { text: 'Slept.' }) },
  // A process that leaves the session and the group of the tool that started it.
  {
    match: 'task ORPHAN',
    steps: unfinished(bash('setsid sh -c "echo \\$\\$ > $TMPDIR/orphan; sleep 300" & sleep 300')),
  },
  { match: 'task BUSY', steps: unfinished(bash('timeout 30 sh -c "while :; do :; done"; true'), { text: 'Done.' }) },
  // Its processes do not say whose they are.
  { match: 'task BARE', steps: [bash('env -i timeout 30 sh -c "while :; do :; done"; true'), { text: 'Done.' }] },
  { match: 'task QUIET', steps: [bash('sleep 35'), { text: 'Done.' }] },
  { match: 'task REFUSED', steps: unfinished({ status: 400, body: { error: { message: 'the model says no' } } }) },
  { match: 'task AGAIN', steps: [{ status: 400, body: { error: { message: 'the model says no' } } }] },
  { match: 'task LEAK', steps: [write('notes.txt', `${PASSWORD}\n`), bash('sleep 300')] },
  { match: 'task IDLE', steps: [bash('sleep 300')] },
  { match: 'task FINISH', steps: [write('other.txt', 'the rest\n'), { text: 'Finished.' }] },
];

let world: World;
beforeAll(async () => {
  world = await startWorld({ rules });
});
afterAll(() => world.close());

/** A run of a task, which may say to do something else. */
const spawned = (task: string, attempt = 1, what = task) =>
  world.plan({ task, prompt: `Do what task ${what} says.` }, attempt).pod;
const onRemote = (branch: string, path: string) => gitIn(world.repository.dir, 'show', `${branch}:${path}`);

/** Asks the pod to stop as soon as the log has a line. */
const stopAt = (pattern: RegExp) => {
  let child: ChildProcess;
  return {
    onStart: (started: ChildProcess) => {
      child = started;
    },
    onLine: (line: string) => {
      if (pattern.test(line)) child.kill('SIGTERM');
    },
  };
};
const WRITTEN = /\[write\] half\.txt/;

/** Seconds that a run takes to its first file, as the first test finds them: a busy machine takes far more than an idle one. */
let pace = 20;

describe('work in progress is on the task’s branch', () => {
  test(
    'when the pod is asked to stop',
    async () => {
      const started = Date.now();
      const { code, result } = await world.run(spawned('SLEEP'), stopAt(WRITTEN));
      pace = (Date.now() - started) / 1000;
      expect(code).toBe(OUTCOMES.interrupted.exitCode);
      expect(result).toMatchObject({ outcome: 'interrupted', salvage: { pushed: true, branch: result.branch } });
      expect(await onRemote(result.branch, 'half.txt')).toBe('half of it');
      const commit = await gitIn(world.repository.dir, 'rev-parse', result.branch);
      expect(result.salvage.commit).toBe(commit);
      expect(result.commit).toBeUndefined();
      expect(result.message).toContain(`what it had done is commit ${commit.slice(0, 12)} on ${result.branch}`);
      const message = await gitIn(world.repository.dir, 'log', '-1', '--format=%B', commit);
      expect(message).toContain('[SLEEP] Work in progress (interrupted)');
      expect(message).toContain('Agent-Outcome: interrupted');
    },
    PATIENCE,
  );
  test(
    'before the deadline, with the reserve that a short deadline allows',
    async () => {
      const reserve = Math.ceil(5 + pace);
      const settings = { deadlineSeconds: 5 * reserve, reserveSeconds: 120 };
      const { code, result } = await world.run(spawned('ORPHAN'), { settings });
      expect(code).toBe(OUTCOMES['timed-out'].exitCode);
      expect(result).toMatchObject({
        outcome: 'timed-out',
        salvage: { pushed: true },
        message: expect.stringContaining(`the deadline of ${5 * reserve} s is ${reserve} s away`),
      });
      expect(await onRemote(result.branch, 'half.txt')).toBe('half of it');
    },
    PATIENCE,
  );
  test(
    'when nothing happens any more, and the log says what was waited for',
    async () => {
      const { code, result } = await world.run(spawned('SLEEP', 2), { settings: { stallSeconds: 4 + pace / 2 } });
      expect(code).toBe(OUTCOMES.stalled.exitCode);
      expect(result.outcome).toBe('stalled');
      expect(result.message).toMatch(/no event for \d+ s and no process at work, after \[write\] half\.txt/);
    },
    PATIENCE,
  );
  test(
    'when OpenCode fails',
    async () => {
      const { result } = await world.run(spawned('REFUSED'));
      expect(result).toMatchObject({ outcome: 'agent-failed', salvage: { pushed: true } });
      expect(await onRemote(result.branch, 'half.txt')).toBe('half of it');
    },
    PATIENCE,
  );
});

test(
  'an error that nobody foresaw ends the run with its stack in the log, a result and the work on the branch',
  async () => {
    const trigger = join(world.folder, 'boom');
    const boom = `import{existsSync,rmSync}from'node:fs';const f=${JSON.stringify(trigger)};setInterval(()=>{if(existsSync(f)){rmSync(f);throw new Error('boom')}},50).unref()`;
    const { code, result, log } = await world.run(spawned('CRASH', 1, 'SLEEP'), {
      env: { NODE_OPTIONS: `--import=data:text/javascript;base64,${Buffer.from(boom).toString('base64')}` },
      onLine: (line) => {
        if (WRITTEN.test(line)) writeFileSync(trigger, '');
      },
    });
    expect(code).toBe(OUTCOMES['agent-failed'].exitCode);
    expect(result).toMatchObject({
      outcome: 'agent-failed',
      salvage: { pushed: true },
      message: expect.stringContaining('the program in the pod failed: boom'),
    });
    expect(log.join('\n')).toMatch(/error +\| Error: boom\nerror +\| +at /);
    expect(await onRemote(result.branch, 'half.txt')).toBe('half of it');
  },
  PATIENCE,
);

test(
  'the next run of the task starts from the work that was saved, and delivers both',
  async () => {
    const first = await world.run(spawned('RESUME', 1, 'SLEEP'), stopAt(WRITTEN));
    const { result } = await world.run(spawned('RESUME', 2, 'FINISH'));
    expect(result).toMatchObject({ outcome: 'delivered', filesChanged: 2, baseCommit: first.result.baseCommit });
    expect(await onRemote(result.branch, 'half.txt')).toBe('half of it');
    expect(await gitIn(world.repository.dir, 'rev-parse', `${result.commit}^`)).toBe(first.result.salvage.commit);
  },
  PATIENCE,
);

test.each([
  ['are at work', 'BUSY', 'delivered'],
  ['with an environment of their own are at work', 'BARE', 'no-changes'],
])(
  'a run whose processes %s is not taken for one that stalls',
  async (_, task, outcome) => {
    const { result } = await world.run(spawned(task), { settings: { stallSeconds: 15 } });
    expect(result.outcome).toBe(outcome);
  },
  PATIENCE,
);

test(
  'the log of a run that waits for long says what for',
  async () => {
    const { log } = await world.run(spawned('QUIET'), { settings: { stallSeconds: 300 } });
    const said = expect.stringMatching(/^opencode \| silent for \d+ s, .*; (its processes are|nothing is) at work/);
    expect(log).toContainEqual(said);
  },
  PATIENCE,
);

test(
  'nothing that the agent started lives on, whatever session it is in',
  async () => {
    let file = '';
    let pid = '';
    await world.run(spawned('ORPHAN', 2), {
      onRoot: (root) => {
        file = join(root, 'tmp/orphan');
      },
      onStart: (child) => {
        const looks = setInterval(() => {
          pid = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
          if (pid === '') return;
          clearInterval(looks);
          child.kill('SIGTERM');
        }, 100);
      },
    });
    expect(pid).toMatch(/^\d+$/);
    expect(commandOf(pid)).toBe('');
  },
  PATIENCE,
);

test(
  'an attempt that adds nothing names what an earlier one has saved',
  async () => {
    const { result: first } = await world.run(spawned('REFUSED', 2));
    const { result, log } = await world.run(spawned('REFUSED', 3, 'AGAIN'));
    expect(log.join('\n')).toContain('the work of earlier runs of the task');
    expect(result).toMatchObject({ outcome: 'agent-failed', salvage: first.salvage });
    expect(result.message).toContain('what it had done is commit');
  },
  PATIENCE,
);

describe('nothing is pushed, and the result says why', () => {
  test(
    'when nothing had been changed',
    async () => {
      const { result } = await world.run(spawned('IDLE'), { settings: { stallSeconds: 4 + pace / 2 } });
      expect(result).toMatchObject({
        outcome: 'stalled',
        salvage: { pushed: false, reason: 'nothing had been changed' },
        message: expect.stringContaining('nothing was saved: nothing had been changed'),
      });
    },
    PATIENCE,
  );
  test(
    'when a file holds a credential',
    async () => {
      const { result } = await world.run(spawned('LEAK'), stopAt(/\[write\] notes\.txt/));
      expect(result).toMatchObject({
        outcome: 'interrupted',
        salvage: { pushed: false, leftOut: ['notes.txt holds a credential of this run'] },
      });
      expect(await gitIn(world.repository.dir, 'branch', '--list', result.branch)).toBe('');
    },
    PATIENCE,
  );
});
