import type { ChildProcess } from 'node:child_process';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { parseBundle } from '../../src/run/bundle.js';
import { checkpointRef } from '../../src/run/names.js';
import { commitTo, gitIn } from '../support/git-server.js';
import { BRANCH, startWorld } from '../support/world.js';
import { PATIENCE, type World, write } from './steps.js';

const rules = [{ match: 'task WRITE says', steps: [write('written.txt', 'written\n'), { text: 'Written.' }] }];

let world: World;
beforeAll(async () => {
  world = await startWorld({ rules });
});
afterEach(() => world.git.setWatcher(undefined));
afterAll(() => world.close());

test(
  'a push that is under way when the pod is asked to stop leaves time for the log',
  async () => {
    const { pod } = world.plan({ task: 'HANGS', prompt: 'Do what task WRITE says.' });
    let child: ChildProcess;
    let asked = false;
    let killed = false;
    world.git.setWatcher(({ kind }, when) => {
      if (kind !== 'push' || when !== 'before') return undefined;
      if (!asked) {
        asked = true;
        setTimeout(() => child.kill('SIGTERM'), 1000);
        setTimeout(() => {
          killed = child.kill('SIGKILL');
        }, 31_000).unref();
      }
      return 'hang';
    });
    const { result, log } = await world.run(pod, {
      settings: { terminationGracePeriodSeconds: 30, checkpointSeconds: 3600 },
      onStart: (started: ChildProcess) => {
        child = started;
      },
    });
    expect(killed).toBe(false);
    expect(result.salvage).toMatchObject({ pushed: false });
    expect(parseBundle(log.join('\n'))).toBeDefined();
  },
  PATIENCE,
);

test(
  'work in progress of very many files is taken up where the task names paths',
  async () => {
    const { planned, pod } = world.plan({ task: 'MANY', prompt: 'Do what task WRITE says.', paths: 'specs' }, 2);
    const name = (number: number) => `vendor/some/package/with/a/long/name/lib/module/file-number-${number}.js`;
    const files = Object.fromEntries(Array.from({ length: 40_000 }, (_, number) => [name(number), 'x']));
    const run = pod.metadata.name.replace(/2$/, '1');
    const text = `Work in progress\n\nAgent-Run: ${run}\nAgent-Outcome: checkpoint`;
    const checkpoint = await commitTo(world.repository.dir, 'many', files, text, { from: BRANCH });
    await gitIn(world.repository.dir, 'update-ref', checkpointRef(planned.input.taskBranch), checkpoint);
    expect((await world.run(pod)).result).toMatchObject({ outcome: 'delivered', filesChanged: 40_001 });
  },
  PATIENCE,
);
