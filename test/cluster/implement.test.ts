import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Pod } from '../../src/cluster/pod.js';
import { runState } from '../../src/cluster/run-state.js';
import { ANNOTATIONS, LABELS, MANAGED_BY } from '../../src/run/metadata.js';
import { kubectl } from '../support/cluster.js';
import { cleanEnv, commitTo, gitIn } from '../support/git-repository.js';
import { WITHOUT_KUBECTL } from '../support/without-kubectl.js';
import { BRANCH, FEATURE } from '../support/world.js';
import { PATIENCE, until } from './at-work.js';
import { MINUTES, type RunnerNamespace, startNamespace } from './namespace.js';

/** The waves that the list below has. */
const WAVES = [['T001'], ['T002'], numbered(3, 8), ['T009'], numbered(10, 19), ['T020']];
const ALL = WAVES.flat();
const TASK_LIST = [
  '## Phase 1: Setup',
  '- [ ] T001 [ASYNC] Prepare out/T001.txt',
  '- [ ] T002 [ASYNC] Prepare out/T002.txt',
  '## Phase 2: Foundation',
  ...numbered(3, 8).map((id) => `- [ ] ${id} [P] [ASYNC] Write out/${id}.txt`),
  '- [ ] T009 [ASYNC] Write out/T009.txt',
  '## Phase 3: Story',
  ...numbered(10, 19).map((id) => `- [ ] ${id} [P] [ASYNC] Write out/${id}.txt`),
  '- [ ] T020 [ASYNC] Write out/T020.txt',
  '',
].join('\n');

/** Each task writes down which files of others it has found. */
const rules = ALL.map((id) => ({
  match: `Implement task ${id} of`,
  steps: [
    {
      tool: 'bash',
      arguments: { command: `mkdir -p out; found=$(ls out); echo $found > out/${id}.txt`, description: 'look' },
    },
    { text: 'Written.' },
  ],
}));

function numbered(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `T${String(from + index).padStart(3, '0')}`);
}

let namespace: RunnerNamespace;
let checkout: string;
beforeAll(async () => {
  const pod = { resources: { requests: { cpu: '50m', memory: '128Mi', 'ephemeral-storage': '64Mi' } } };
  namespace = await startNamespace('agent-runner-test-implement', rules, 'existing', { pod });
  const { dir } = namespace.repository;
  await commitTo(dir, BRANCH, { [`${FEATURE}/tasks.md`]: TASK_LIST }, 'Plan', { from: BRANCH });
  checkout = mkdtempSync(join(tmpdir(), 'agent-runner-implement-'));
  await gitIn(tmpdir(), 'clone', '--quiet', '--branch', BRANCH, dir, checkout);
  // What the pods know by its name in the cluster's network is a folder here.
  await gitIn(checkout, 'config', `url.${dir}.insteadOf`, namespace.url);
}, PATIENCE);
afterAll(async () => {
  await namespace?.close();
  rmSync(checkout, { recursive: true, force: true });
});

const program = fileURLToPath(new URL('../../bin/agent-runner.cjs', import.meta.url));
const author = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'a@b.c',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'a@b.c',
};

/** Starts `agent-runner implement` in the checkout. */
function implement(...flags: string[]) {
  const all = [program, 'implement', '--repo', namespace.url, '-n', namespace.name, '--parallel', '6', ...flags];
  let end: (ended: { code: number; stdout: string; stderr: string }) => void = () => {};
  const ended = new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
    end = done;
  });
  const env = {
    ...cleanEnv,
    ...WITHOUT_KUBECTL,
    ...author,
    KUBECONFIG: process.env.KUBECONFIG,
    NAMESPACE: '',
    ENVIRONMENT: '',
  };
  const options = { cwd: checkout, env, maxBuffer: 1 << 26 };
  const child = execFile(process.execPath, all, options, (_, stdout, stderr) =>
    end({ code: child.exitCode ?? -1, stdout, stderr }),
  );
  return { child, ended };
}

const pods = (): Pod[] => namespace.get('pods', '-l', `${LABELS.managedBy}=${MANAGED_BY}`).items;
const taskOf = ({ metadata }: Pod) => metadata.annotations?.[ANNOTATIONS.task] ?? '';

test(
  'twenty tasks are delivered, each once, each from the work of the waves before it, also when the client is killed',
  async () => {
    const first = implement();
    await until(() => pods().filter((pod) => runState(pod).phase === 'ended').length >= 4);
    first.child.kill('SIGKILL');
    await first.ended;

    const { code, stdout } = await implement('--json').ended;
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ asked: 20, delivered: 20 })]);

    const runs = pods();
    expect(runs.map(taskOf).sort()).toEqual(ALL);
    const show = (path: string) => gitIn(namespace.repository.dir, 'show', `${BRANCH}-agents:${path}`);
    for (const [index, wave] of WAVES.entries()) {
      const before = WAVES.slice(0, index)
        .flat()
        .map((id) => `${id}.txt`);
      for (const id of wave) expect([id, await show(`out/${id}.txt`)]).toEqual([id, before.join(' ')]);
    }
    const time = (pod: Pod, which: 'startedAt' | 'finishedAt') =>
      Date.parse(pod.status?.containerStatuses?.[0]?.state?.terminated?.[which] ?? '');
    const ofWave = (index: number) => runs.filter((pod) => WAVES[index]?.includes(taskOf(pod)));
    for (let index = 1; index < WAVES.length; index++) {
      const ended = Math.max(...ofWave(index - 1).map((pod) => time(pod, 'finishedAt')));
      const begun = Math.min(...ofWave(index).map((pod) => time(pod, 'startedAt')));
      expect(begun).toBeGreaterThanOrEqual(ended);
    }
    expect(await gitIn(namespace.repository.dir, 'rev-parse', BRANCH)).toBe(await gitIn(checkout, 'rev-parse', 'HEAD'));
  },
  4 * MINUTES,
);

test(
  'started again, it spawns nothing',
  async () => {
    const before = pods().map(({ metadata }) => metadata.uid);
    const { code, stdout } = await implement().ended;
    expect(stdout).toContain('delivered 20 of 20 (100 %)');
    expect(code).toBe(0);
    expect(pods().map(({ metadata }) => metadata.uid)).toEqual(before);
    kubectl(['-n', namespace.name, 'delete', 'pods', '--all', '--wait=false']);
  },
  PATIENCE,
);
