import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { parseBundle } from '../../src/run/bundle.js';
import { checkpointRef } from '../../src/run/names.js';
import { OUTCOMES } from '../../src/run/outcomes.js';
import { commitTo, gitIn } from '../support/git-server.js';
import { BRANCH, startWorld } from '../support/world.js';
import { bash, PATIENCE, type World, write } from './steps.js';

/** Files that take longer to read than the second signal to come, each small enough to be in a commit. */
const SLOW_TO_READ = bash('truncate -s 90M $(seq -f zeros%g.bin 20)');
const rules = [
  { match: 'task SLEEP', steps: [write('half.txt', 'half of it\n'), bash('sleep 300')] },
  { match: 'task BIG', steps: [bash('head -c 6000000 /dev/urandom > big.bin'), bash('sleep 300')] },
  {
    match: 'task TWICE',
    steps: [
      bash('echo kept > kept.txt && git add kept.txt && git -c user.name=a -c user.email=a@b commit -qm "Keep it"'),
      SLOW_TO_READ,
      bash('sleep 300'),
    ],
  },
  {
    match: 'task PART says',
    steps: [
      bash('echo kept > kept.txt && git add kept.txt && git -c user.name=a -c user.email=a@b commit -qm "Keep it"'),
      write('half.txt', 'half of it\n'),
      bash('until [ -e "$TMPDIR/go" ]; do sleep 0.1; done'),
      SLOW_TO_READ,
      bash('sleep 300'),
    ],
  },
  { match: 'task LOOP', steps: Array.from({ length: 60 }, () => bash('echo the same')) },
  { match: 'task DEEP', steps: [write('web/new.txt', 'new\n'), bash('sleep 300')] },
  { match: 'task CLEAN', steps: [bash('rm half.txt'), { text: 'There is nothing to do.' }] },
  { match: 'task FINISH', steps: [write('other.txt', 'the rest\n'), { text: 'Finished.' }] },
];

let world: World;
beforeAll(async () => {
  world = await startWorld({ rules });
});
afterEach(() => world.git.setDown(false));
afterAll(() => world.close());

const spawned = (task: string, attempt = 1, what = task) =>
  world.plan({ task, prompt: `Do what task ${what} says.` }, attempt).pod;
const onRemote = (branch: string, path: string) => gitIn(world.repository.dir, 'show', `${branch}:${path}`);

/** Sends signals as soon as the log has a line. */
const signalAt = (pattern: RegExp, signals: readonly NodeJS.Signals[], before = () => {}) => {
  let child: ChildProcess;
  return {
    onStart: (started: ChildProcess) => {
      child = started;
    },
    onLine: (line: string) => {
      if (!pattern.test(line)) return;
      before();
      for (const [index, signal] of signals.entries()) setTimeout(() => child.kill(signal), index * 500);
    },
  };
};
const WRITTEN = /\[write\] half\.txt/;

describe('when nothing can be pushed', () => {
  test(
    'the work is in the log, as a bundle that makes a branch of it',
    async () => {
      const settings = { terminationGracePeriodSeconds: 10 };
      const { result, log } = await world.run(spawned('SLEEP'), {
        settings,
        ...signalAt(WRITTEN, ['SIGTERM'], () => world.git.setDown(true)),
      });
      expect(result).toMatchObject({
        outcome: 'interrupted',
        salvage: { pushed: false, branch: result.branch, reason: expect.stringContaining('503') },
        message: expect.stringMatching(/is in this log; get it with: agent-runner recover agent-sleep-/),
      });
      const bundle = parseBundle(log.join('\n'));
      const file = join(world.folder, 'work.bundle');
      writeFileSync(file, bundle?.bytes ?? '');
      await gitIn(world.repository.dir, 'fetch', '--quiet', file, `refs/heads/${result.branch}:refs/heads/recovered`);
      expect(await onRemote('recovered', 'half.txt')).toBe('half of it');
      expect(await gitIn(world.repository.dir, 'rev-parse', 'recovered')).toBe(result.salvage.commit);
    },
    PATIENCE,
  );
  test(
    'work that is too large for the log is named as lost, with the size',
    async () => {
      const settings = { terminationGracePeriodSeconds: 10 };
      const { result, log } = await world.run(spawned('BIG'), {
        settings,
        ...signalAt(/\[bash\] head/, ['SIGTERM'], () => world.git.setDown(true)),
      });
      expect(result.salvage).toEqual({ pushed: false, reason: expect.stringMatching(/the work has 5\.7 MiB/) });
      expect(parseBundle(log.join('\n'))).toBeUndefined();
    },
    PATIENCE,
  );
});

test(
  'a second signal has what the agent committed itself saved, without the rest of the worktree',
  async () => {
    const { result, log } = await world.run(spawned('TWICE'), signalAt(/truncate/, ['SIGTERM', 'SIGTERM']));
    expect(log.join('\n')).toContain('there is no time for the whole worktree');
    expect(result.salvage.reason).toBeUndefined();
    expect(result).toMatchObject({ outcome: 'interrupted', salvage: { pushed: true } });
    expect(await onRemote(result.branch, 'kept.txt')).toBe('kept');
    expect(await gitIn(world.repository.dir, 'ls-tree', '--name-only', result.branch)).not.toContain('zeros');
  },
  PATIENCE,
);

test(
  'beside a checkpoint that has more, what the agent committed itself goes to the branch of the attempt',
  async () => {
    const { planned, pod } = world.plan({ task: 'PART', prompt: 'Do what task PART says.' });
    const branch = planned.input.taskBranch;
    const { onStart, onLine } = signalAt(/truncate/, ['SIGTERM', 'SIGTERM']);
    let go = '';
    const { result } = await world.run(pod, {
      settings: { checkpointSeconds: 3 },
      onRoot: (root: string) => {
        go = join(root, 'tmp/go');
      },
      onStart,
      onLine: (line: string) => {
        onLine(line);
        if (!line.includes('work in progress is')) return;
        // A checkpoint that was made between the commit and the file does not have the file yet.
        onRemote(checkpointRef(branch), 'half.txt').then(
          () => writeFileSync(go, ''),
          () => {},
        );
      },
    });
    const left = expect.stringMatching(
      `there was no time to read the whole worktree; the checkpoint of .* is on ${checkpointRef(branch)}`,
    );
    expect(result.salvage).toMatchObject({ pushed: true, branch: `${branch}-1`, leftOut: [left] });
    expect(await onRemote(`${branch}-1`, 'kept.txt')).toBe('kept');
    expect(await onRemote(checkpointRef(branch), 'half.txt')).toBe('half of it');

    const next = (await world.run(spawned('PART', 2, 'FINISH'))).result;
    expect(next).toMatchObject({ outcome: 'delivered', branch });
    const names = await gitIn(world.repository.dir, 'diff', '--name-only', next.baseCommit, next.commit);
    expect(names.split('\n')).toEqual(['half.txt', 'kept.txt', 'other.txt']);
  },
  PATIENCE,
);

test.each([
  ['of a later attempt', 'LATER', 2],
  // Once its pod is pruned, an attempt's number is given again.
  ['on top of what was delivered, by an attempt of the same number', 'AGAIN', 1],
])(
  'a task that was delivered is not run, and work in progress %s is not deleted',
  async (_, task, number) => {
    const { dir } = world.repository;
    const { branch, commit } = (await world.run(spawned(task, 1, 'FINISH'))).result;
    const run = await gitIn(dir, 'log', '-1', '--format=%(trailers:key=Agent-Run,valueonly)', commit);
    const later = run.trim().replace(/1$/, String(number));
    const text = `Work in progress\n\nAgent-Run: ${later}\nAgent-Outcome: checkpoint`;
    const checkpoint = await commitTo(dir, `later-${task}`, { 'later.txt': 'later\n' }, text, { from: branch });
    const ref = checkpointRef(branch);
    await gitIn(dir, 'update-ref', ref, checkpoint);
    const { result } = await world.run(spawned(task, 3, 'FINISH'));
    expect(result).toMatchObject({ outcome: 'delivered', commit, message: expect.stringContaining(`stays on ${ref}`) });
    expect(await gitIn(dir, 'rev-parse', ref)).toBe(checkpoint);
  },
  PATIENCE,
);

test(
  'a second signal after the commit does not keep it from going where nobody else has pushed',
  async () => {
    const { planned, pod } = world.plan({ task: 'TOPPED', prompt: 'Do what task SLEEP says.' });
    const branch = planned.input.taskBranch;
    let child: ChildProcess;
    const { result } = await world.run(pod, {
      onStart: (started: ChildProcess) => {
        child = started;
      },
      onLine: (line: string) => {
        if (line.startsWith('worktree')) {
          void commitTo(world.repository.dir, branch, { 'theirs.txt': 'theirs\n' }, 'theirs', { from: BRANCH });
        }
        if (WRITTEN.test(line) || line.includes('has commits of others')) child.kill('SIGTERM');
      },
    });
    expect(result).toMatchObject({ outcome: 'interrupted', salvage: { pushed: true, branch: `${branch}-r2` } });
    expect([await onRemote(`${branch}-r2`, 'half.txt'), await onRemote(branch, 'theirs.txt')]).toEqual([
      'half of it',
      'theirs',
    ]);
  },
  PATIENCE,
);

test.each([
  ['sees it by itself', []],
  ['is asked to stop by the kubelet as well, which is no second time', ['SIGTERM'] as const],
])(
  'a run that somebody cancels says who did, when it %s',
  async (_, signals) => {
    const task = signals.length > 0 ? 'CANCEL' : 'SEEN';
    const { result, code } = await world.run(spawned(task, 1, 'SLEEP'), {
      ...signalAt(WRITTEN, signals, () => {
        const folder = join(world.folder, `pod-${world.pods()}`, 'etc/pod-info');
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, 'cancelled-by'), 'ada@example.com');
      }),
    });
    expect(result).toMatchObject({
      outcome: 'cancelled',
      salvage: { pushed: true },
      message: expect.stringContaining('cancelled by ada@example.com'),
    });
    expect(code).toBe(OUTCOMES.cancelled.exitCode);
    expect(await onRemote(result.branch, 'half.txt')).toBe('half of it');
  },
  PATIENCE,
);

test(
  'an agent that repeats the same call with the same outcome is stopped',
  async () => {
    const { result } = await world.run(spawned('LOOP'));
    expect(result).toMatchObject({
      outcome: 'stalled',
      message: expect.stringContaining('the same call has had the same outcome 30 times: [bash] echo the same'),
    });
  },
  PATIENCE,
);

describe('a run that is killed', () => {
  const settings = { checkpointSeconds: 1 };
  const killed = (task: string, what: string) =>
    world.run(spawned(task, 1, what), { settings, ...signalAt(/save +\| work in progress/, ['SIGKILL']) });
  test(
    'loses no more than one interval: the next one starts from its checkpoint, delivers, and takes it away',
    async () => {
      const first = await killed('KILL', 'SLEEP');
      expect(first).toMatchObject({ code: null, result: undefined });
      const { result, log } = await world.run(spawned('KILL', 2, 'FINISH'), { settings });
      expect(log.join('\n')).toContain('the run continues the work in progress of an earlier run');
      expect(result).toMatchObject({ outcome: 'delivered', filesChanged: 2 });
      expect(await onRemote(result.branch, 'half.txt')).toBe('half of it');
      const refs = await gitIn(world.repository.dir, 'for-each-ref', checkpointRef(result.branch));
      expect(refs).toBe('');
    },
    PATIENCE,
  );
  test(
    'leaves nothing behind that the next one takes back',
    async () => {
      await killed('JUNK', 'SLEEP');
      const { result } = await world.run(spawned('JUNK', 2, 'CLEAN'));
      expect(result).toMatchObject({ outcome: 'no-changes' });
      expect(await gitIn(world.repository.dir, 'for-each-ref', checkpointRef(result.branch))).toBe('');
    },
    PATIENCE,
  );
  test(
    'has its work taken up whole, also by a run of other paths',
    async () => {
      await killed('NARROW', 'DEEP');
      const asked = { task: 'NARROW', prompt: 'Do what task FINISH says.', paths: 'src' };
      const { result } = await world.run(world.plan(asked, 2).pod);
      expect(result).toMatchObject({ outcome: 'delivered' });
      expect(await onRemote(result.branch, 'web/new.txt')).toBe('new');
    },
    PATIENCE,
  );
});
