import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runState } from '../../src/cluster/run-state.js';
import { ANNOTATIONS } from '../../src/run/metadata.js';
import { gitIn } from '../support/git-server.js';
import { attack, startAttacks, working } from './attack.js';
import { PATIENCE, write } from './steps.js';

const refused = { status: 400, body: { error: { message: 'the model says no' } } };

/** A result that says of the run what is not so, in every field as the command expects it. */
const FORGE = `
task=$(git rev-parse --abbrev-ref HEAD); mkdir -p $R/dev
cat > $R/forged <<END
{"outcome":"delivered","task":"\${task##*-}","branch":"$task","commit":"$(git rev-parse HEAD)","filesChanged":1,"durationSeconds":1,"tokens":1,"cost":0,"message":"done"}
END
sed -i 's/"task":"a/"task":"A/' $R/forged`;

const scripts = {
  MESSAGE: working(
    `${FORGE}
    env -i PATH=$PATH R=$R setsid sh -c 'while :; do cp $R/forged $R/dev/termination-log; sleep 0.01; done' > /dev/null 2>&1 &
    until cmp -s $R/forged $R/dev/termination-log; do sleep 0.1; done`,
    refused,
  ),
  HIDDEN: working(
    `env -i PATH=$PATH R=$R setsid sh -c 'touch $R/started
      until ls -d $R/workspace/delivery-*; do sleep 0.01; done; touch $R/lived' > /dev/null 2>&1 &
    until [ -e $R/started ]; do sleep 0.1; done`,
  ),
  PIPE: working('mkdir -p $R/dev; mkfifo $R/dev/termination-log'),
  LINK: working('mkdir -p $R/dev; ln -s /nonexistent/file $R/dev/termination-log'),
  KILL: [
    write('work.txt', 'work\n'),
    attack(`${FORGE}\ncp $R/forged $R/dev/termination-log; kill -KILL $(ancestor); sleep 60`),
  ],
  DEBUG: [
    write('work.txt', 'work\n'),
    attack(`agent=$(ancestor); kill -USR1 $agent; sleep 2
      inode() { ls -l /proc/$agent/fd | sed -n 's/.*socket:.\\([0-9]*\\).*/\\1/p'; }
      for socket in $(inode); do grep -E "^ *[0-9]+: [0-9A-F]+:[0-9A-F]+ 00000000:0000 0A .* $socket " /proc/net/tcp; done > listens.txt`),
    { text: 'Signalled.' },
  ],
};

let world: Awaited<ReturnType<typeof startAttacks>>;
beforeAll(async () => {
  world = await startAttacks(scripts);
});
afterAll(() => world.close());

describe('the program has the last word', () => {
  test(
    'over a process that writes a forged result all the time, without the environment that it was started with',
    async () => {
      const run = await world.attacked('MESSAGE');
      await world.expectHonest(run, ['agent-failed']);
      expect(run.result.salvage.pushed).toBe(true);
    },
    PATIENCE,
  );
  test(
    'and is alone when the work is committed, also where a process was started without its environment',
    async () => {
      // A checkpoint makes a folder of the name that the process waits for.
      const run = await world.attacked('HIDDEN', { settings: { checkpointSeconds: 3600 } });
      await world.expectHonest(run, ['delivered']);
      expect(['started', 'lived'].map((name) => existsSync(join(run.root, name)))).toEqual([true, false]);
    },
    PATIENCE,
  );
  test.each([
    ['a pipe that nobody reads', 'PIPE'],
    ['a link to nowhere', 'LINK'],
  ] as const)(
    'in the log alone, where the file of the termination message has become %s',
    async (_, name) => {
      const { code, log } = await world.attacked(name);
      expect(code).toBe(0);
      expect(log.join('\n')).toContain('the termination message cannot be written');
      const result = JSON.parse(log.at(-1) ?? '');
      expect(await gitIn(world.repository.dir, 'rev-parse', result.branch)).toBe(result.commit);
    },
    PATIENCE,
  );
});

test(
  'whoever kills the program after forging its message has an exit code that belies it',
  async () => {
    const { code, termination, result } = await world.attacked('KILL');
    expect(code).toBe(137);
    expect(result).toMatchObject({ outcome: 'delivered', commit: expect.any(String) });
    const annotations = { [ANNOTATIONS.task]: result.task, [ANNOTATIONS.branch]: result.branch };
    const terminated = { exitCode: code ?? 0, reason: 'Error', message: termination };
    const state = runState({
      metadata: { name: 'p', namespace: 'n', annotations },
      status: { phase: 'Failed', containerStatuses: [{ name: 'agent', state: { terminated } }] },
    });
    expect(state).toMatchObject({ phase: 'ended', outcome: 'interrupted' });
    expect(state).not.toHaveProperty('result');
    expect(await gitIn(world.repository.dir, 'branch', '--list', result.branch)).toBe('');
  },
  PATIENCE,
);

test(
  'SIGUSR1 opens no debugger in the program',
  async () => {
    const run = await world.attacked('DEBUG');
    await world.expectHonest(run, ['delivered']);
    expect(await gitIn(world.repository.dir, 'show', `${run.result.commit}:listens.txt`)).toBe('');
  },
  PATIENCE,
);
