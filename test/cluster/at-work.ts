import { expect } from '@jest/globals';
import type { Pod } from '../../src/cluster/pod.js';
import { runState } from '../../src/cluster/run-state.js';
import { ANNOTATIONS, CONTAINERS } from '../../src/run/metadata.js';
import { slug } from '../../src/run/names.js';
import { OUTCOMES, type OutcomeName } from '../../src/run/outcomes.js';
import { kubectl } from '../support/cluster.js';
import { gitIn } from '../support/git-server.js';
import { BRANCH } from '../support/world.js';
import { type Ended, MINUTES, type RunnerNamespace } from './namespace.js';

/** A run whose agent has written `half.txt` and is not done. */
export type AtWork = Awaited<ReturnType<typeof atWork>>;

const write = (path: string, content: string) => ({
  tool: 'write',
  arguments: { filePath: `{cwd}/${path}`, content },
});
export const bash = (script: string) => ({
  tool: 'bash',
  // By itself OpenCode would end it after two minutes.
  arguments: { command: script, description: 'a step of the test', timeout: 10 * MINUTES },
});
export const half = write('half.txt', 'half of it\n');
export const rest = write('rest.txt', 'the rest\n');

/** Room for a machine that has much else to do. */
export const PATIENCE = 2 * MINUTES;

/** What differs from the demo's environment: little room, and checkpoints that need not be waited for. */
export const FAULTY = {
  pod: {
    workspaceSize: '128Mi',
    resources: {
      requests: { cpu: '100m', memory: '512Mi', 'ephemeral-storage': '256Mi' },
      // Far more than OpenCode takes, so that what a test takes is larger than that where it has to be.
      limits: { cpu: '2', memory: '2Gi', 'ephemeral-storage': '4Gi' },
    },
  },
  task: { checkpointSeconds: 2 },
};

const CLAIM = /\b([0-9a-f]{12,40}) on (?:branch )?([\w./-]+\w)/g;

/** Waits for what a run does by itself; a test that is given up waits no longer. */
export async function until(seen: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (!(await seen())) {
    if (Date.now() > end) throw new Error(`never seen: ${seen}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Whether something could be done, as when what it takes may be away just now. */
export function attempt(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

/** Spawns and follows a task that does what a rule says, and waits until its first file is on the remote. */
export async function atWork(namespace: RunnerNamespace, task: string, what = task) {
  const { name, repository } = namespace;
  const git = (...args: string[]) => gitIn(repository.dir, ...args);
  const following = namespace.spawn(task, '--prompt', `Do what task ${what} says.`, '--follow');
  const ofTask = ['-n', name, 'get', 'pods', '-l', `agentic-sdlc.io/task=${slug(task)}`, '-o', 'name'];
  await until(() => kubectl(ofTask) !== '');
  const pod = kubectl(ofTask).trim().replace('pod/', '');
  const branch: string = namespace.get('pods', pod).metadata.annotations[ANNOTATIONS.branch];
  kubectl(['-n', name, 'wait', '--for=condition=Ready', `pod/${pod}`, '--timeout=60s']);
  await until(() => kubectl(['-n', name, 'logs', pod]).includes('[write] half.txt'));
  const checkpoint = `refs/agent-runner/wip/${branch}`;
  const has = async (ref: string, path: string) =>
    (await git('ls-tree', '--name-only', ref, path).catch(() => '')) !== '';
  await until(async () => (await has(checkpoint, 'half.txt')) || has(branch, 'half.txt'));
  const onBranch = (path: string) => git('show', `${branch}:${path}`);
  /** What the task's commits say that they are, the newest first. */
  const outcomes = async () =>
    (await git('log', '--format=%(trailers:key=Agent-Outcome,valueonly,separator=%x2C)', `${BRANCH}..${branch}`))
      .split('\n')
      .filter((line) => line !== '');

  return {
    pod,
    branch,
    following,
    /** Kubectl in the run's namespace. */
    kubectl: (...args: string[]) => kubectl(['-n', name, ...args]),
    /** What the remote has, on the branch or on the checkpoint. */
    saved: async (path: string) => git('show', `${(await has(branch, path)) ? branch : checkpoint}:${path}`),
    onBranch,
    outcomes,
    /** Both files are on the branch, one commit says so, and nothing else is left. */
    async delivered() {
      expect([await onBranch('half.txt'), await onBranch('rest.txt')]).toEqual(['half of it', 'the rest']);
      expect((await outcomes()).filter((outcome) => outcome === 'delivered')).toHaveLength(1);
      expect(await git('for-each-ref', checkpoint)).toBe('');
    },
    /** What the followed run printed: every commit that it names on a branch is there; a checkpoint may be gone again. */
    async supported({ stdout, stderr }: Ended) {
      for (const [claim, commit = '', ref = ''] of (stdout + stderr).matchAll(CLAIM)) {
        const proof = ref.startsWith('refs/')
          ? ['cat-file', '-e', commit]
          : ['merge-base', '--is-ancestor', commit, ref];
        expect([claim, await git(...proof).catch(String)]).toEqual([claim, '']);
      }
    },
    /** The command and the pod tell of the same outcome. */
    ended(outcome: OutcomeName, { code, stdout }: Ended, message: RegExp) {
      const pods: Pod = namespace.get('pods', pod);
      expect(runState(pods)).toMatchObject({ phase: 'ended', outcome, message: expect.stringMatching(message) });
      expect(stdout).toMatch(new RegExp(`^${outcome}: .*(${message.source})`, 'm'));
      expect(code).toBe(OUTCOMES[outcome].exitCode);
    },
    /** A shell script in a container: in the agent's, as its own shell could run it. */
    shell: (script: string, container: string = CONTAINERS.agent) =>
      kubectl(['-n', name, 'exec', pod, '-c', container, '--', 'sh', '-c', script]),
  };
}
