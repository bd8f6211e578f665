// @ts-check
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { kubectl } from '../../test/support/cluster.js';
import { gitIn } from '../../test/support/git-server.js';
import { BRANCH, RUNNER, startPlayground } from './playground.js';

const spawnTask = fileURLToPath(new URL('../../bin/spawn-task.cjs', import.meta.url));

/**
 * The demo in a real pod, on the cluster of the user's kubeconfig. Makes a namespace of its own and deletes it.
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
    const message = '{.items[0].status.containerStatuses[0].state.terminated.message}';
    const result = JSON.parse(kubectl(['-n', namespace, 'get', 'pods', '-o', `jsonpath=${message}`]));
    console.log(JSON.stringify(result));
    console.log(await gitIn(repository.dir, 'show', '--stat', result.branch));
    console.log(`\n${result.outcome} ${result.commit}`);
    return 0;
  } finally {
    await close();
  }
}

/**
 * Everything that the page docs/implement.md needs, until Ctrl-C.
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
