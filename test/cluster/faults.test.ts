import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CONTAINERS } from '../../src/run/metadata.js';
import { kubectl } from '../support/cluster.js';
import { type AtWork, attempt, atWork, bash, FAULTY, half, PATIENCE, rest } from './at-work.js';
import { command, type RunnerNamespace, startNamespace } from './namespace.js';

/** Takes memory, in MiB, and keeps it. */
const take = (size: number) => `node -e 'const all = Buffer.alloc(${size} << 20, 1); setTimeout(() => all, 1e6)'`;

/** Together more than there is, and each less than OpenCode, but more than the program. */
const takeLittle = 'for i in $(seq 8); do (head -c 240M /dev/zero; sleep 300) | tail > /dev/null & done; wait';

const rules = [
  { match: 'task SLOW', steps: [half, bash('sleep 300'), { text: 'Slept.' }] },
  { match: 'task REST', steps: [rest, { text: 'Finished.' }] },
  // OpenCode does not notice that a shell was killed, so that the shell has to stay.
  { match: 'task HOG', steps: [half, bash(`${take(2000)}; echo $? > code.txt`), rest, { text: 'Done.' }] },
  { match: 'task MANY', steps: [half, bash(takeLittle)] },
  { match: 'task FULL', steps: [half, bash('head -c 300M /dev/zero > /workspace/ballast; sleep 300')] },
];

let namespace: RunnerNamespace;
beforeAll(async () => {
  namespace = await startNamespace('agent-runner-test-faults', rules, 'existing', FAULTY);
}, PATIENCE);
afterAll(() => namespace?.close());

/** The next attempt finds what the last one did, adds its own, and nothing is delivered twice. */
async function nextAttemptDelivers(task: string, run: AtWork): Promise<void> {
  const ended = await namespace.spawn(task, '--prompt', 'Do what task REST says.', '--follow');
  expect(ended.stdout).toContain('delivered: ');
  expect(ended.code).toBe(0);
  await run.delivered();
  await run.supported(ended);
}

describe('a pod that is taken away', () => {
  test(
    'by force, with hardly any time: its work is on the remote, and the next attempt delivers it with its own',
    async () => {
      const run = await atWork(namespace, 'FORCED', 'SLOW');
      run.kubectl('delete', 'pod', run.pod, '--grace-period=0', '--force');
      expect(await run.saved('half.txt')).toBe('half of it');
      await nextAttemptDelivers('FORCED', run);
      await run.supported(await run.following);
    },
    PATIENCE,
  );
  test(
    'by draining its node: its work is on the branch, and the next attempt delivers it with its own',
    async () => {
      const run = await atWork(namespace, 'DRAINED', 'SLOW');
      const { metadata, spec } = namespace.get('pods', run.pod);
      const selector = `--pod-selector=agentic-sdlc.io/run=${metadata.labels['agentic-sdlc.io/run']}`;
      try {
        run.kubectl('drain', spec.nodeName, '--ignore-daemonsets', '--delete-emptydir-data', '--force', selector);
      } finally {
        run.kubectl('uncordon', spec.nodeName);
      }
      const ended = await run.following;
      expect(ended.stdout + ended.stderr).toMatch(/interrupted: |was deleted/);
      expect(await run.onBranch('half.txt')).toBe('half of it');
      expect(await run.outcomes()).toEqual(['interrupted']);
      await run.supported(ended);
      await nextAttemptDelivers('DRAINED', run);
    },
    PATIENCE,
  );
  test(
    'by eviction, since its workspace is full: the outcome is interrupted, and its work is on the remote',
    async () => {
      const run = await atWork(namespace, 'FULL');
      const ended = await run.following;
      run.ended('interrupted', ended, /asked to stop|Evicted/);
      expect(namespace.get('pods', run.pod).status.reason).toBe('Evicted');
      expect(await run.saved('half.txt')).toBe('half of it');
      await run.supported(ended);
    },
    PATIENCE,
  );
  test(
    'by whoever cancels it: the outcome is cancelled, names who, and its work is on the branch',
    async () => {
      const run = await atWork(namespace, 'CANCELLED', 'SLOW');
      const user = JSON.parse(kubectl(['auth', 'whoami', '-o', 'json'])).status.userInfo.username;
      const { stdout, code } = await command('agent-runner', ['cancel', run.pod, '-n', namespace.name]);
      expect([code, stdout]).toEqual([0, expect.stringContaining(`${run.pod} is cancelled`)]);
      const ended = await run.following;
      run.ended('cancelled', ended, new RegExp(`cancelled by ${user}`));
      expect(await run.onBranch('half.txt')).toBe('half of it');
      expect(await run.outcomes()).toEqual(['cancelled']);
      await run.supported(ended);
    },
    PATIENCE,
  );
});

test(
  'a run that is cancelled before it has a node is gone',
  async () => {
    const [node] = JSON.parse(kubectl(['get', 'nodes', '-o', 'json'])).items;
    kubectl(['cordon', node.metadata.name]);
    try {
      const spawned = await namespace.spawn('NOWHERE', '--prompt', 'Do what task REST says.');
      const [pod = ''] = spawned.stdout.split(' ');
      const { stdout, code } = await command('agent-runner', ['cancel', pod, '-n', namespace.name]);
      expect([code, stdout]).toEqual([0, expect.stringContaining('is deleted; it had not started')]);
      expect(kubectl(['-n', namespace.name, 'get', 'pods', pod, '--ignore-not-found'])).toBe('');
    } finally {
      kubectl(['uncordon', node.metadata.name]);
    }
  },
  PATIENCE,
);

describe('what is killed', () => {
  test(
    'a tool of the agent that takes all memory: the run goes on, or says that its memory was used up',
    async () => {
      const run = await atWork(namespace, 'HOG');
      const ended = await run.following;
      // Whether the kernel ends the one process or the whole container is the node's to set.
      if (ended.code === 0) {
        run.ended('delivered', ended, /the remote shows the commit/);
        expect(await run.onBranch('code.txt')).toBe('137');
        await run.delivered();
      } else run.ended('agent-failed', ended, /was killed, as it is for want of memory: it may use 2Gi/);
      await run.supported(ended);
    },
    PATIENCE,
  );
  test(
    'OpenCode, when memory runs out: the run says so at once, and its work is on the branch',
    async () => {
      const run = await atWork(namespace, 'MANY');
      const ended = await run.following;
      run.ended('agent-failed', ended, /was killed, as it is for want of memory: it may use 2Gi/);
      expect(await run.onBranch('half.txt')).toBe('half of it');
      expect(await run.outcomes()).toEqual(['agent-failed']);
      await run.supported(ended);
      await nextAttemptDelivers('MANY', run);
    },
    PATIENCE,
  );
  test(
    'all that the agent can, by the agent: the run failed, and its work is on the branch',
    async () => {
      const run = await atWork(namespace, 'RAGE', 'SLOW');
      attempt(() => run.shell('kill -KILL -1; kill -KILL 1; kill -STOP 1'));
      const ended = await run.following;
      run.ended('agent-failed', ended, /OpenCode/);
      expect(await run.onBranch('half.txt')).toBe('half of it');
      await run.supported(ended);
    },
    PATIENCE,
  );
  test(
    'the program itself, which the agent can neither do nor speak for: the outcome is interrupted',
    async () => {
      const run = await atWork(namespace, 'KILLED', 'SLOW');
      const commit = '1'.repeat(40);
      const claim = { outcome: 'delivered', task: 'KILLED', branch: run.branch, commit, message: 'trust me' };
      const numbers = { filesChanged: 1, durationSeconds: 1, tokens: 1, cost: 0 };
      // The brackets keep the pattern from naming this shell itself.
      const kill = 'for p in /proc/[0-9]*; do grep -q "runner[.]mjs" $p/cmdline && kill -9 $(basename $p); done';
      const lie = JSON.stringify({ ...claim, ...numbers });
      // In the agent's container the message is of no consequence, and there is no program to be found.
      run.shell(`echo '${lie}' > /dev/termination-log; ! { ${kill}; }`);
      // The shell may be killed with the program, when its container ends.
      attempt(() => run.shell(kill, CONTAINERS.runner));
      const ended = await run.following;
      run.ended('interrupted', ended, /exit code 137/);
      expect(ended.stdout).not.toContain('trust me');
      expect(await run.saved('half.txt')).toBe('half of it');
      await run.supported(ended);
      await nextAttemptDelivers('KILLED', run);
    },
    PATIENCE,
  );
});
