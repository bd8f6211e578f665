import type { Pod } from '../../src/cluster/pod.js';
import { ANNOTATIONS, LABELS } from '../../src/run/metadata.js';
import { OUTCOMES, type OutcomeName } from '../../src/run/outcomes.js';
import { formatResult, type Result } from '../../src/run/result.js';

export const COMMIT = 'a'.repeat(40);

/** What a test says about a run's pod. */
export interface Given {
  readonly task?: string;
  readonly attempt?: number;
  readonly feature?: string;
  readonly namespace?: string;
  readonly repository?: string;
  readonly uid?: string;
  readonly status?: Pod['status'];
  readonly env?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The pod of a run, as the API server has it. */
export function runPod({ task = 'T001', attempt = 1, feature = '001-login', ...given }: Given = {}): Pod {
  const slug = task.toLowerCase();
  const hex = task.replace(/\D/g, '').padStart(10, '0');
  return {
    metadata: {
      name: `agent-${slug}-${hex}-${attempt}`,
      namespace: given.namespace ?? 'n',
      uid: given.uid ?? `uid-${slug}-${attempt}`,
      resourceVersion: '10',
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { [LABELS.task]: slug, [LABELS.run]: hex, [LABELS.feature]: feature, [LABELS.egress]: 'github' },
      annotations: {
        [ANNOTATIONS.task]: task,
        [ANNOTATIONS.attempt]: String(attempt),
        [ANNOTATIONS.branch]: `${feature}-${slug}`,
        [ANNOTATIONS.repository]: given.repository ?? 'https://github.com/my-org/shop',
        [ANNOTATIONS.createdBy]: 'jane',
        ...given.annotations,
      },
    },
    spec: {
      containers: [
        {
          name: 'runner',
          env: Object.entries({ GIT_BRANCH: feature, ...given.env }).map(([name, value]) => ({ name, value })),
        },
      ],
    },
    ...(given.status && { status: given.status }),
  };
}

export const WAITING: Pod['status'] = { phase: 'Pending' };
export const RUNNING: Pod['status'] = {
  phase: 'Running',
  containerStatuses: [{ name: 'runner', state: { running: { startedAt: '2026-01-01T00:00:05Z' } } }],
};
export const KILLED: Pod['status'] = {
  phase: 'Failed',
  containerStatuses: [{ name: 'runner', state: { terminated: { exitCode: 137, finishedAt: '2026-01-01T01:00:00Z' } } }],
};

/** The status of a run's pod that ended so. */
export function endedAs(
  outcome: OutcomeName,
  { task = 'T001', finishedAt = '2026-01-01T01:00:00Z', ...more }: Partial<Result> & { finishedAt?: string } = {},
): Pod['status'] {
  const { exitCode } = OUTCOMES[outcome];
  const message = formatResult({
    outcome,
    task,
    branch: `001-login-${task.toLowerCase()}`,
    filesChanged: 2,
    durationSeconds: 60,
    tokens: 1234,
    cost: 0.5,
    message: 'it ended',
    ...(outcome === 'delivered' && { commit: COMMIT }),
    ...more,
  });
  const startedAt = '2026-01-01T00:00:05Z';
  return {
    phase: exitCode === 0 ? 'Succeeded' : 'Failed',
    containerStatuses: [{ name: 'runner', state: { terminated: { exitCode, message, startedAt, finishedAt } } }],
  };
}
