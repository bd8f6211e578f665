import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runState } from '../../src/cluster/run-state.js';
import { ANNOTATIONS } from '../../src/run/metadata.js';
import { gitIn } from '../support/git-server.js';
import { MODEL_KEY, PASSWORD } from '../support/world.js';
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
      until ls -d $R/control/commit-*; do sleep 0.01; done; touch $R/lived' > /dev/null 2>&1 &
    until [ -e $R/started ]; do sleep 0.1; done`,
  ),
  REACH: working(`ls /proc | grep -c '^[0-9]' > processes
    { ls -d $R/home/runner/* $R/var/run/secrets/* $R/etc/pod-info/*; cat $R/var/run/secrets/agent-runner/*/*; } > read 2>&1
    tr '\\0' '\\n' < /proc/1/environ > first; grep -sah '[r]unner.mjs' /proc/[0-9]*/cmdline > programs
    for file in $R/control/start $R/control/stop $R/control/repository.git/config; do echo x >> $file; done > written 2>&1`),
  KILL: [
    write('work.txt', 'work\n'),
    attack(`${FORGE}\nmkdir -p $R/dev; cp $R/forged $R/dev/termination-log; kill -KILL -1; sleep 60`),
  ],
  HELD: working(`kill -STOP 1; kill -TERM -1; rm -rf $R/workspace/agent-status; mkfifo $R/workspace/agent-status`),
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
});

test(
  'the agent sees neither the program nor what is the program’s, and writes nothing that the program reads as its own',
  async () => {
    const run = await world.attacked('REACH');
    await world.expectHonest(run, ['delivered']);
    const said = (name: string) => gitIn(world.repository.dir, 'show', `${run.result.commit}:${name}`);
    expect(Number(await said('processes'))).toBeLessThan(12);
    expect(await said('programs')).toBe('');
    for (const name of ['read', 'first']) {
      for (const secret of [PASSWORD, MODEL_KEY]) expect(await said(name)).not.toContain(secret);
    }
    expect(await said('read')).not.toMatch(/password|api-key|cancelled-by/);
    expect((await said('written')).split('\n')).toHaveLength(3);
  },
  PATIENCE,
);
test.each([
  ['all that it can', 'KILL'],
  ['OpenCode, and holds what watches it', 'HELD'],
] as const)(
  'an agent that kills %s ends its own container, and its work is saved',
  async (_, name) => {
    const run = await world.attacked(name);
    await world.expectHonest(run, ['agent-failed']);
    expect(run.result).toMatchObject({ message: expect.stringContaining('OpenCode'), salvage: { pushed: true } });
    expect(await gitIn(world.repository.dir, 'show', `${run.result.branch}:work.txt`)).toBe('work');
  },
  PATIENCE,
);

test('whoever ends the program after forging its message has an exit code that belies it', () => {
  const forged = { outcome: 'delivered', task: 'T1', branch: 'b', commit: '1'.repeat(40), filesChanged: 1 };
  const message = JSON.stringify({ ...forged, durationSeconds: 1, tokens: 1, cost: 0, message: 'done' });
  const annotations = { [ANNOTATIONS.task]: 'T1', [ANNOTATIONS.branch]: 'b' };
  const terminated = { exitCode: 137, reason: 'Error', message };
  const state = runState({
    metadata: { name: 'p', namespace: 'n', annotations },
    status: { phase: 'Failed', containerStatuses: [{ name: 'runner', state: { terminated } }] },
  });
  expect(state).toMatchObject({ phase: 'ended', outcome: 'interrupted' });
  expect(state).not.toHaveProperty('result');
});
