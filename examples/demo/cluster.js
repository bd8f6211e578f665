// @ts-check
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runState } from '../../lib/cluster/run-state.js';
import { kubectl } from '../../test/support/cluster.js';
import { gitIn } from '../../test/support/git-server.js';
import { BRANCH, RUNNER, startPlayground } from './playground.js';

const spawnTask = fileURLToPath(new URL('../../bin/spawn-task.cjs', import.meta.url));

/**
 * The demo in a real pod, on the cluster of the user's kubeconfig. Makes its own namespace and deletes it.
 * @param {(text: string) => void} say
 */
export async function demoOnCluster(say) {
  const { repository, url, checkout, namespace, close } = await startPlayground(say);
  try {
    say('spawn-task T002 --follow');
    const args = [spawnTask, 'T002', BRANCH, url, 'specs/001-greeting', '-n', namespace, '--follow'];
    const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'], cwd: checkout });
    if (status !== 0) return status ?? 1;

    say('What the pod and the remote have now');
    const [pod] = JSON.parse(kubectl(['-n', namespace, 'get', 'pods', '-o', 'json'])).items;
    // Also check the exit code: an agent that kills the run may leave any message, but not the exit code of the outcome.
    const state = runState(pod);
    if (state.phase !== 'ended' || !state.result) throw new Error(`the pod has no result: ${JSON.stringify(state)}`);
    const { result } = state;
    console.log(JSON.stringify(result));
    console.log(await gitIn(repository.dir, 'show', '--stat', result.branch));
    console.log(`\n${result.outcome} ${result.commit}`);
    return 0;
  } finally {
    await close();
  }
}

/**
 * Provides everything that the page docs/implement.md needs, until Ctrl-C.
 * @param {(text: string) => void} say
 */
export async function playOnCluster(say) {
  const { checkout, namespace, close } = await startPlayground(say);
  say('Ready. In another terminal:');
  console.log(`cd ${checkout}\nexport NAMESPACE=${namespace}\n${RUNNER}`);
  await new Promise((done) => process.once('SIGINT', done).once('SIGTERM', done));
  await close();
  return 0;
}
