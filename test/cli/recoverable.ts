import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pod } from '../../src/cluster/pod.js';
import { formatBundle } from '../../src/run/bundle.js';
import { ANNOTATIONS, LABELS } from '../../src/run/metadata.js';
import { OUTCOMES, type OutcomeName } from '../../src/run/outcomes.js';
import { formatResult, type OtherWork, type Result } from '../../src/run/result.js';
import { gitIn } from '../support/git-repository.js';

export const TASK_BRANCH = '001-login-t001';
export const POD = 'agent-t001-0123456789-2';

type Status = Pod['status'];

function endedAs(outcome: OutcomeName, more: Partial<Result> = {}): Status {
  const numbers = { filesChanged: 1, durationSeconds: 1, tokens: 1, cost: 0 };
  const message = formatResult({ outcome, task: 'T001', branch: TASK_BRANCH, ...numbers, message: 'x', ...more });
  const { exitCode } = OUTCOMES[outcome];
  return {
    phase: exitCode === 0 ? 'Succeeded' : 'Failed',
    containerStatuses: [{ name: 'runner', state: { terminated: { exitCode, message } } }],
  };
}

/** How a run's pod stands. */
export interface Ended {
  readonly not: Status;
  readonly killed: Status;
  readonly lost: Status;
  readonly saved: (commit: string) => Status;
  readonly delivered: (commit: string) => Status;
  readonly elsewhere: (others: readonly OtherWork[]) => Status;
}

export const ENDED: Ended = {
  not: { phase: 'Running', containerStatuses: [{ name: 'runner', state: { running: {} } }] },
  killed: { phase: 'Failed', containerStatuses: [{ name: 'runner', state: { terminated: { exitCode: 137 } } }] },
  lost: endedAs('push-rejected', { salvage: { pushed: false, reason: 'nobody was there' } }),
  saved: (commit: string) => endedAs('timed-out', { salvage: { pushed: true, branch: `${TASK_BRANCH}-2`, commit } }),
  delivered: (commit: string) => endedAs('delivered', { commit }),
  elsewhere: (others) =>
    endedAs('agent-failed', { others, salvage: { pushed: false, reason: 'nothing had been changed' } }),
};

export const podOf = (repository: string, status: Status): Pod => ({
  metadata: {
    name: POD,
    namespace: 'n',
    labels: { [LABELS.task]: 't001', [LABELS.run]: '0123456789' },
    annotations: {
      [ANNOTATIONS.task]: 'T001',
      [ANNOTATIONS.branch]: TASK_BRANCH,
      [ANNOTATIONS.attempt]: '2',
      [ANNOTATIONS.repository]: repository,
    },
  },
  ...(status && { status }),
});

/** A log with a commit on `start` that no remote has. */
export async function logWithBundle(
  folder: string,
  remote: string,
  start: string,
  format: 'text' | 'json',
  branch = TASK_BRANCH,
) {
  mkdirSync(folder, { recursive: true });
  const work = join(folder, 'work');
  await gitIn(folder, 'clone', '--quiet', remote, work);
  await gitIn(work, 'checkout', '--quiet', '-B', branch, start);
  writeFileSync(join(work, 'half.txt'), 'half\n');
  await gitIn(work, 'add', '.');
  await gitIn(work, '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '-m', 'work');
  const commit = await gitIn(work, 'rev-parse', 'HEAD');
  const file = join(folder, 'work.bundle');
  await gitIn(work, 'bundle', 'create', '--quiet', file, branch, `^${start}`);
  const lines = formatBundle({ branch, commit, start, bytes: readFileSync(file) });
  const log = lines.map((message) =>
    format === 'text' ? `bundle   | ${message}\n` : `${JSON.stringify({ step: 'bundle', message })}\n`,
  );
  return { commit, log: log.join('') };
}
