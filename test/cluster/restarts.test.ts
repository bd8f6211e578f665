import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { canRestart, restart } from '../support/cluster.js';
import { attempt, atWork, bash, FAULTY, half, PATIENCE, rest, until } from './at-work.js';
import { type RunnerNamespace, startNamespace } from './namespace.js';

const rules = [
  { match: 'task WAIT', steps: [half, bash('until [ -e /tmp/go ]; do sleep 0.2; done'), rest, { text: 'Done.' }] },
];

let namespace: RunnerNamespace | undefined;
beforeAll(async () => {
  if (canRestart) namespace = await startNamespace('agent-runner-test-restarts', rules, 'existing', FAULTY);
}, PATIENCE);
afterAll(() => namespace?.close());

for (const component of ['kubelet', 'kube-apiserver'] as const) {
  const says = `a run is delivered once, and who follows it sees the end, when the ${component} restarts meanwhile`;
  if (!canRestart) {
    test.skip(`${says}, is skipped: TEST_RESTART is not set`, () => {});
    continue;
  }
  test(
    says,
    async () => {
      if (!namespace) throw new Error('the namespace has not started');
      const run = await atWork(namespace, component, 'WAIT');
      restart(component);
      await until(() => attempt(() => run.shell('touch /tmp/go')));
      const ended = await run.following;
      run.ended('delivered', ended, /the remote shows the commit/);
      expect(ended.stdout.match(/^delivered: /gm)).toHaveLength(1);
      await run.delivered();
      await run.supported(ended);
    },
    PATIENCE,
  );
}
