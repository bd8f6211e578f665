import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkpointBranch } from '../../src/run/names.js';
import { commitTo, gitIn } from '../support/git-server.js';
import { BRANCH, startWorld } from '../support/world.js';
import { bash, PATIENCE, type World, write } from './steps.js';

// The agent goes on when its checkpoint is there, or when the log says that there is none.
const GO = '../../../../../go';
const rules = [
  {
    match: 'task WAIT says',
    steps: [write('work.txt', 'work\n'), bash(`until [ -e ${GO} ]; do sleep 0.2; done`), { text: 'Waited.' }],
  },
];

let world: World;
let runs = 0;
beforeAll(async () => {
  world = await startWorld({ rules });
  const hook = join(world.repository.dir, 'hooks/update');
  writeFileSync(hook, '#!/bin/sh\ncase $1 in refs/agent-runner/*) echo "branches and tags alone" >&2; exit 1;; esac\n');
  chmodSync(hook, 0o755);
});
afterAll(() => world.close());

const onRemote = (pattern: string) => gitIn(world.repository.dir, 'for-each-ref', '--format=%(objectname)', pattern);

/** A run that ends when its log says something of a checkpoint. */
async function waiting(task: string) {
  runs += 1;
  const root = join(world.folder, `pod-${runs}`);
  let seen = '';
  const { pod, planned } = world.plan({ task, prompt: 'Do what task WAIT says.' });
  const branch = planned.input.taskBranch;
  const run = await world.run(pod, {
    settings: { checkpointSeconds: 1 },
    onLine: async (line) => {
      if (seen || !/^save +\|/.test(line)) return;
      seen = await onRemote(checkpointBranch(branch));
      writeFileSync(join(root, 'go'), '');
    },
  });
  return { ...run, branch, seen };
}

describe('a host that takes branches and tags alone', () => {
  test(
    'gets checkpoints on a branch beside the task’s, which is gone after the delivery',
    async () => {
      const { result, log, branch, seen } = await waiting('T701');
      expect(result).toMatchObject({ outcome: 'delivered', branch });
      expect(seen).not.toBe('');
      expect(log.join('\n')).toMatch(/save +\| work in progress is \w+ on refs\/heads\/001-greeting-t701-wip/);
      expect(await onRemote(checkpointBranch(branch))).toBe('');
      expect(await onRemote('refs/agent-runner')).toBe('');
    },
    PATIENCE,
  );
  test(
    'gets none where somebody has a branch of that name, which stays as it is',
    async () => {
      const theirs = await commitTo(world.repository.dir, `${BRANCH}-t702-wip`, { 'x.txt': 'x\n' }, 'theirs');
      const { result, log, branch } = await waiting('T702');
      expect(result).toMatchObject({ outcome: 'delivered', branch });
      expect(log.join('\n')).toContain('no checkpoint:');
      expect(await onRemote(checkpointBranch(branch))).toBe(theirs);
    },
    PATIENCE,
  );
});
